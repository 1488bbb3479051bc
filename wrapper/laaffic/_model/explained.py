"""Where an error's text leads to: an address, where the documentation is published, or a command that works offline."""

import re
from collections.abc import Iterable
from functools import cache
from importlib import metadata

_LABEL = "documentation"  # one of those that the specification of project URLs knows
_ADDRESS = re.compile(r"https?://[a-zA-Z0-9.-]+(:[0-9]{1,5})?(/[a-zA-Z0-9._~%-]+)*/?")


def file_of(topic: str) -> str:
    """Return where a site has the page about an error, a status or a state, below the site's own address."""
    return f"explain/{topic}.html"


def published(urls: Iterable[tuple[str, str]]) -> str | None:
    """Return the address of the documentation among a project's URLs, with a slash at its end; None without one.

    Raises:
        ValueError: it is none that a page's place can be added to.
    """
    given = next((address.strip() for label, address in urls if label.strip().lower() == _LABEL), None)
    if given is None:
        return None
    if _ADDRESS.fullmatch(given) is None:
        raise ValueError(
            f"the project's URL `Documentation` is {given!r}: give an address such as https://example.com/docs/,"
            " without a query and a fragment"
        )
    return f"{given.rstrip('/')}/"


def explained(topic: str) -> str:
    """Return where the page about a topic is to be read."""
    home = _home()
    return f"{home}{file_of(topic)}" if home else f"laaffic explain {topic}"


@cache
def _home() -> str | None:
    try:
        urls = metadata.metadata("laaffic").get_all("Project-URL", [])
        return published((label, address) for label, _, address in (url.partition(",") for url in urls))
    except Exception:  # whatever the metadata are: an error's text needs none
        return None
