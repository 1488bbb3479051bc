"""By which token each gateway of this process knows the Prism before it. Nobody else is told one."""

_known: dict[str, str] = {}


def keep(url: str, token: str) -> None:
    """Remember the token of the gateway at an address."""
    _known[url] = token


def drop(url: str) -> None:
    """Forget it; harmless when there is none."""
    _known.pop(url, None)


def token_of(url: str) -> str:
    """Return the token of the gateway at an address, or "" where no gateway of this process is."""
    return _known.get(url.rstrip("/"), "")
