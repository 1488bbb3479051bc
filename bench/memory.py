"""The memory of this process, in MiB."""

import contextlib
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_KIB_IN_MIB = 1024


def now() -> float:
    """Return what it has now; where the system does not tell, the most that it ever had."""
    return _told("VmRSS") if _STATUS.exists() else peak()


def peak() -> float:
    """Return the most that it had since `forget_peak`; where the system cannot forget, since its start."""
    if _STATUS.exists():
        return _told("VmHWM")  # not ru_maxrss, which a child on Linux inherits from its parent
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_IN_MIB
    return most / _KIB_IN_MIB if sys.platform == "darwin" else most


def forget_peak() -> None:
    """Let the peak begin anew, so that what importing took for a moment does not hide what sending takes."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _told(what: str) -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / _KIB_IN_MIB
    raise LookupError(what)
