"""Importing httpx without its own command line.

httpx imports click, pygments and rich when they are installed, for a command line that nothing here calls; that is
nearly half of its import time. It has a way of its own to do without them, taken here. Where httpx is imported already,
nothing changes.
"""

import sys

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    # None makes the import fail as if the command line's dependencies were missing, for which httpx is prepared.
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # documented for sys.modules, unknown to typeshed
    try:
        import httpx  # noqa: F401  # for its effect
    finally:
        del sys.modules[_COMMAND_LINE]
