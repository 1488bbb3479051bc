"""A response's body: bounded as it comes and as it is decoded."""

import zlib
from collections.abc import Mapping

import httpx2

from laaffic._http.exchange import MAX_RESPONSE, ResponseTooLarge

_GZIP = 16 + zlib.MAX_WBITS


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
        self._content = bytearray()  # not a list of its parts, of which there may be a hundred million
        self._size = 0  # as it comes
        self._room = MAX_RESPONSE  # for what is decoded

    def add(self, part: bytes) -> None:
        """Add what came.

        Raises:
            ResponseTooLarge: it is too much, as it came or decoded.
            httpx2.DecodingError: its compression is broken.
        """
        self._size += len(part)
        if self._size > MAX_RESPONSE:
            raise ResponseTooLarge
        if self._decoder is None:
            self._content += part
        else:
            self._decode(part)

    def whole(self) -> bytes:
        """Return the decoded body.

        Raises:
            httpx2.DecodingError: its compression does not end.
        """
        if self._decoder is not None and self._size and not self._decoder.eof:
            raise httpx2.DecodingError("cut off")
        return bytes(self._content)

    def _decode(self, part: bytes) -> None:
        while part:
            if self._decoder is None or self._decoder.eof:  # one compressed member may follow another
                self._decoder = zlib.decompressobj(_GZIP)
            try:
                decoded = self._decoder.decompress(part, self._room + 1)
            except zlib.error as error:
                raise httpx2.DecodingError(str(error)) from error
            self._room -= len(decoded)
            if self._room < 0:
                raise ResponseTooLarge
            self._content += decoded
            part = self._decoder.unused_data
