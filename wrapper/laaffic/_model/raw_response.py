"""A response as it came."""

from collections.abc import Mapping
from typing import NamedTuple


class RawResponse(NamedTuple):
    """A response as it came, for debugging. It may hold numbers and texts: keep it out of logs.

    Attributes:
        http_status: its HTTP status.
        headers: its headers; names in any case.
        content: its body, decompressed.
    """

    http_status: int
    headers: Mapping[str, str]
    content: bytes

    def __repr__(self) -> str:
        """Show the status and the size, and nothing that was said."""
        return f"RawResponse(http_status={self.http_status}, content=<{len(self.content)} bytes>)"


RawResponse.__module__ = "laaffic"  # a NamedTuple's body cannot say so
