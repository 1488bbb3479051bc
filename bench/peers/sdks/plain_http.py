"""Plain HTTP to the server, for SDKs that know only https and their vendor's host."""

from typing import Any
from urllib.parse import urlsplit


def divert(session: Any, url: str) -> None:
    """Take a `requests` session's https requests to the server.

    The hook is the one that `requests` has for adapters, set on the adapter that the SDK itself has mounted, whose
    retries and pool stay as they are. All the rest is what `requests` does for any plain http address.
    """
    server = urlsplit(url)
    adapter = session.get_adapter("https://")
    original = adapter.build_connection_pool_key_attributes

    def to_server(request: Any, verify: Any, cert: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        original(request, verify, cert)  # its time belongs to the SDK
        return {"scheme": "http", "host": server.hostname, "port": server.port}, {}

    adapter.build_connection_pool_key_attributes = to_server
    adapter.cert_verify = lambda *_: None
