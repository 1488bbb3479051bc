"""Addresses: where a server listens, the URL at which this machine reaches it, and the names it is asked by."""

import re
import socket

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # read, never listened on


def local_url(host: str, port: int) -> str:
    """Return the URL of a server on this machine; one that listens on every address is reached over loopback."""
    name = _LOOPBACK.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def own_names(host: str) -> list[str]:
    """Return the names by which a server is asked beside those of loopback: where it listens, or the machine's name."""
    if host not in _LOOPBACK:
        return [host.partition("%")[0]]
    machine = socket.gethostname()
    return [machine] if re.fullmatch(r"[A-Za-z0-9._-]+", machine) else []
