"""Addresses: where a server listens, and the URL at which this machine reaches it."""

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # read, never listened on


def local_url(host: str, port: int) -> str:
    """Return the URL of a server on this machine; one that listens on every address is reached over loopback."""
    name = _LOOPBACK.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
