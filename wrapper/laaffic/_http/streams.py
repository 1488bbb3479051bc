"""The network streams under the HTTP library: they keep the time, and let no response be taken for another request's.

A server may send more than it was asked for. What comes late lies in the connection, where it would be read as the
response to the next request: a false refusal, or a reason to post again. So before the first byte of a request is
written to a connection that was used before, everything that could hold such bytes is looked into; and after a response
that could as well be another request's, a second look waits for one that follows it.
"""

import ssl
import time
from functools import partial
from typing import Any

import httpcore2
from anyio.streams.tls import TLSStream

from laaffic._http.exchange import Exchange, UncleanConnection, current
from laaffic._http.interruptions import interruption_in

_AT_ONCE = 256 * 1024  # bytes: as much as asyncio reads at once, so that nothing is left in its buffers, unseen
_GLANCE = 0.5  # seconds
_NOTHING_CAME = (httpcore2.NetworkError, httpcore2.TimeoutException, ssl.SSLError)


class _Watched:
    """What streams of both kinds know and decide."""

    def __init__(self, inner: Any, under: "_Watched | None" = None) -> None:
        self._inner = inner
        # Of TLS within TLS, the outer one, which may hold records of its own.
        self._under = under if under is not None and under._inner.get_extra_info("ssl_object") else None
        self._used = False
        self._spoilt = False
        self._held = b""  # the request's headers, which go out with its body: each writing costs

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream underneath says.

        The library asks whether it is readable to find out whether it may be used again. A spoilt one may not; that of
        any other is looked into later, at the last moment.
        """
        return self._spoilt if info == "is_readable" else self._inner.get_extra_info(info)

    def _holds(self, exchange: Exchange, data: bytes) -> bool:
        """Return whether what is to be written first is held back until more follows, or a read."""
        if exchange.stream is self or self._held or not data:
            return False
        self._held = data
        return True

    def _all(self, exchange: Exchange, data: bytes = b"") -> bytes:
        """Return all that is to be written, after a look, at the last moment, for bytes that nobody asked for."""
        data, self._held = self._held + data if self._held else data, b""
        if exchange.stream is not self:
            kept, self._used = self._used, True
            if kept and self._holds_more():
                raise UncleanConnection
            exchange.goes_out(self, kept=kept)
        return data

    def _holds_more(self) -> bool:
        ask = self._inner.get_extra_info
        if ask("is_readable"):
            return True
        tls = ask("ssl_object")
        if tls is None:
            return False
        its_socket = ask("socket")
        if isinstance(its_socket, ssl.SSLSocket) and its_socket.pending():
            return True
        if isinstance(tls, ssl.SSLObject) and holds_record(tls):
            return True
        return self._under is not None and self._under._holds_more()


class Stream(_Watched, httpcore2.NetworkStream):
    """A stream that blocks."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, within the time that the exchange has left."""
        exchange = current.get()
        if exchange is None:
            data: bytes = self._inner.read(max_bytes, timeout)
            return data
        if self._held:
            self._write(exchange, timeout)
        exchange.will_read()
        return exchange.received(self._wait_for(max_bytes, exchange.limited(timeout, httpcore2.ReadTimeout)))

    def _wait_for(self, max_bytes: int, seconds: float) -> bytes:
        """Read, and come back to Python now and then.

        A signal that comes between Python's last look for one and the waiting itself is only seen when that ends.
        """
        ends = time.monotonic() + seconds
        while True:
            try:
                data: bytes = self._inner.read(max_bytes, min(seconds, _GLANCE))
            except httpcore2.ReadTimeout as error:
                if (interruption := interruption_in(error)) is not None:
                    raise interruption from None
                if (seconds := ends - time.monotonic()) <= 0:
                    raise
            else:
                return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, within the time that the exchange has left."""
        exchange = current.get()
        if exchange is None:
            self._inner.write(buffer, timeout)
            return
        if not self._holds(exchange, buffer):
            self._write(exchange, timeout, buffer)

    def _write(self, exchange: Exchange, timeout: float | None, data: bytes = b"") -> None:
        data = self._all(exchange, data)
        try:
            self._inner.write(data, exchange.limited(timeout, httpcore2.WriteTimeout))
        except httpcore2.WriteError as error:  # which the library passes over: there may be a response all the same
            raise interruption_in(error) or error from None

    def look(self, seconds: float) -> bool:
        """Wait for anything to come; return whether it did. The connection is not used again."""
        self._spoilt = True
        try:
            return bool(self._inner.read(1, seconds))
        except _NOTHING_CAME as error:
            if (interruption := interruption_in(error)) is not None:
                raise interruption from None
            return False

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        """Begin TLS."""
        return Stream(self._inner.start_tls(ssl_context, server_hostname, to_connect(timeout)), self)

    def close(self) -> None:
        """Close it."""
        self._inner.close()


class AsyncStream(_Watched, httpcore2.AsyncNetworkStream):
    """A stream that does not block."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, within the time that the exchange has left."""
        exchange = current.get()
        if exchange is None:
            data: bytes = await self._inner.read(max_bytes, timeout)
            return data
        if self._held:
            await self._write(exchange, timeout)
        exchange.will_read()
        seconds = exchange.limited(timeout, httpcore2.ReadTimeout)
        return exchange.received(await self._inner.read(max(max_bytes, _AT_ONCE), seconds))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, within the time that the exchange has left."""
        exchange = current.get()
        if exchange is None:
            await self._inner.write(buffer, timeout)
            return
        if not self._holds(exchange, buffer):
            await self._write(exchange, timeout, buffer)

    async def _write(self, exchange: Exchange, timeout: float | None, data: bytes = b"") -> None:
        await self._inner.write(self._all(exchange, data), exchange.limited(timeout, httpcore2.WriteTimeout))

    async def look(self, seconds: float) -> bool:
        """Wait for anything to come; return whether it did. The connection is not used again."""
        self._spoilt = True
        try:
            return bool(await self._inner.read(1, seconds))
        except _NOTHING_CAME:
            return False

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "AsyncStream":
        """Begin TLS."""
        inner = await self._inner.start_tls(ssl_context, server_hostname, to_connect(timeout))
        encrypted = getattr(inner, "_stream", None)
        if isinstance(encrypted, TLSStream):  # which reads less than came, and leaves the rest where nobody sees it
            underneath: Any = encrypted.transport_stream
            vars(underneath)["receive"] = partial(underneath.receive, _AT_ONCE)
        return AsyncStream(inner, self)

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()


def to_connect(timeout: float | None) -> float | None:
    exchange = current.get()
    return timeout if exchange is None else exchange.limited(timeout, httpcore2.ConnectTimeout)


def holds_record(tls: ssl.SSLObject) -> bool:
    """Return whether an idle TLS connection has received something, decrypted or not, that was not read."""
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True  # it ended
    return True


def came_behind(response_stream: object) -> bool:
    """Return whether more than one response was read."""
    state = _h11_state(response_stream)
    return state is not None and bool(state.trailing_data[0])


def spoil_if_more_came(response_stream: object) -> None:
    """Make sure that a connection on which more than one response came is closed and not used again.

    One whose h11 state is an error is closed by the HTTP library itself when the response is closed, under asyncio and
    trio alike.
    """
    if came_behind(response_stream):
        _h11_state(response_stream).send_failed()


def _h11_state(response_stream: object) -> Any:
    """Return the state of HTTP. There is no public way to ask; a test fails when this one is gone."""
    state: Any = response_stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state"):
        state = getattr(state, name, None)
    return state
