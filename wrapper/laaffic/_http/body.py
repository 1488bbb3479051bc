"""A response's body: bounded as it comes and as it is decoded."""

import zlib
from collections.abc import Mapping

import httpx2

from laaffic._http.exchange import MAX_RESPONSE, ResponseTooLarge

_GZIP = 16 + zlib.MAX_WBITS
# Each takes time, however short it is. A response of usual length has fewer, even if each byte came by itself.
_MAX_PARTS = 100_000
_MAX_MEMBERS = 1000


class Body:
    """Collects the parts of a body.

    Raises:
        httpx2.DecodingError: it has an encoding that was not asked for.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:
            raise httpx2.DecodingError("an encoding that was not asked for")
        self._decoder = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
        self._came = 0  # parts
        self._members = 0  # of gzip
        self._parts: list[bytes] = []
        self._size = 0  # as it comes
        self._room = MAX_RESPONSE  # for what is decoded

    def add(self, part: bytes) -> None:
        """Add what came.

        Raises:
            ResponseTooLarge: it is too much, as it came or decoded, or in too many parts.
            httpx2.DecodingError: its compression is broken.
        """
        self._size += len(part)
        self._came += 1
        if self._size > MAX_RESPONSE or self._came > _MAX_PARTS:
            raise ResponseTooLarge
        if self._decoder is None:
            self._parts.append(part)
        else:
            self._decode(part)

    def whole(self) -> bytes:
        """Return the decoded body.

        Raises:
            httpx2.DecodingError: its compression does not end.
        """
        if self._decoder is not None and self._size and not self._decoder.eof:
            raise httpx2.DecodingError("cut off")
        return b"".join(self._parts)

    def _decode(self, part: bytes) -> None:
        while part:
            if self._decoder is None or self._decoder.eof:  # one compressed member may follow another
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise ResponseTooLarge
                self._decoder = zlib.decompressobj(_GZIP)
            try:
                decoded = self._decoder.decompress(part, self._room + 1)
            except zlib.error as error:
                raise httpx2.DecodingError(str(error)) from error
            self._room -= len(decoded)
            if self._room < 0:
                raise ResponseTooLarge
            self._parts.append(decoded)
            part = self._decoder.unused_data
