"""Reading a request's body: no larger than any request can be, and no longer than a deadline."""

import asyncio

from starlette.requests import ClientDisconnect, Request

MAX_BODY = 16 * 1024 * 1024


class Unreadable(Exception):
    """The body cannot be read: with which HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def read_body(request: Request, seconds: float, most: int = MAX_BODY) -> bytes:
    """Read a request's body of at most so many bytes.

    Raises:
        Unreadable: it is too large, it does not come within so many seconds, or the client has gone.
    """
    try:
        return await asyncio.wait_for(_read(request, most), seconds)
    except TimeoutError:
        raise Unreadable(408, f"the body did not come within {seconds:g} seconds") from None
    except ClientDisconnect:
        raise Unreadable(400, "the client went before its body was read") from None


async def _read(request: Request, most: int) -> bytes:
    if int(request.headers.get("content-length", "0")) > most:
        raise _too_large(most)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    return b"".join(parts)


def _too_large(most: int) -> Unreadable:
    return Unreadable(413, f"the body is larger than {most} bytes")
