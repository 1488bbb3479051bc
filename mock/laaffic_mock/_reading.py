"""Reading a request's body: no larger than any request can be, and no longer than a deadline."""

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

LARGEST_BODY = 16 * 1024 * 1024


class Unreadable(Exception):  # noqa: N818  # a verdict, not a fault of the program
    """The body cannot be taken: with which HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def read_body(request: Request, seconds: float) -> bytes:
    """Read a request's body.

    Raises:
        Unreadable: it is too large, it does not come within so many seconds, or the client has gone.
    """
    try:
        return await asyncio.wait_for(_read(request), seconds)
    except TimeoutError:
        raise Unreadable(408, f"the body did not come within {seconds:g} seconds") from None
    except ClientDisconnect:
        raise Unreadable(400, "the client went before its body was read") from None


async def _read(request: Request) -> bytes:
    if int(request.headers.get("content-length", "0")) > LARGEST_BODY:
        raise _too_large()
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _too_large() -> Unreadable:
    return Unreadable(413, f"the body is larger than {LARGEST_BODY} bytes")


def read_json(body: bytes) -> Any:
    """Read JSON whose every text can be written again.

    Raises:
        ValueError: it is not JSON, or a text in it has half of a surrogate pair, which no UTF-8 can hold.
    """
    try:
        value = json.loads(body.decode())
        if b"\\u" in body:  # in UTF-8 only an escape can make one
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
