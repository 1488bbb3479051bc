"""The ways of sending without blocking."""

import importlib
import inspect
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import httpx
import orjson

import laaffic
from bench.bodies import APP, KEY, RECEIVERS, SECRET, Body, document, row
from bench.raw import AsyncRawConnection
from bench.serving import Upstream
from bench.ways import asked, headers_of_the_sdk, in_bytes, listed, numbers_of, same_headers
from bench.wire import PATH, signed


class AsyncWay(NamedTuple):
    """A way to send, by one of the workers, and how to read from what it returns the numbers that were accepted."""

    send: Callable[[int], Awaitable[Any]]
    accepted: Callable[[Any], list[str]]


Opens = Callable[[AsyncExitStack, Upstream, Body, int], Awaitable[AsyncWay]]


async def sockets(stack: AsyncExitStack, upstream: Upstream, body: Body, at_once: int) -> AsyncWay:
    """Do the limit's work, over one connection for each worker."""
    connections = [await AsyncRawConnection.open(upstream.port) for _ in range(at_once)]
    for connection in connections:
        stack.callback(connection.close)

    async def send(worker: int) -> Any:
        request = signed(orjson.dumps(document(body)), KEY, SECRET)
        return orjson.loads(await connections[worker].exchange(request))

    return AsyncWay(send, listed)


async def bare_httpx(stack: AsyncExitStack, upstream: Upstream, body: Body, _: int) -> AsyncWay:
    """Post ready bytes with httpx as it comes."""
    return await _posts(stack, httpx.AsyncClient(trust_env=False, verify=_context()), upstream, body)


async def httpx_over_aiohttp(stack: AsyncExitStack, upstream: Upstream, body: Body, _: int) -> AsyncWay:
    """Post ready bytes with httpx over aiohttp's connections."""
    transport = importlib.import_module("httpx_aiohttp").AiohttpTransport(verify=_context(), trust_env=False)
    return await _posts(stack, httpx.AsyncClient(trust_env=False, transport=transport), upstream, body)


async def the_sdk(stack: AsyncExitStack, upstream: Upstream, body: Body, _: int) -> AsyncWay:
    """Send with the SDK, from rows to a list of all outcomes."""
    client = await stack.enter_async_context(laaffic.AsyncClient(KEY, SECRET, APP, base_url=upstream.url))

    async def send(_: int) -> list[laaffic.Recipient]:
        return list((await client.send_batch(asked(body))).recipients)

    return AsyncWay(send, numbers_of)


SMALL_WAYS: dict[str, Opens] = {
    "httpx": bare_httpx,
    **({"httpx_aiohttp": httpx_over_aiohttp} if find_spec("httpx_aiohttp") else {}),
    "laaffic": the_sdk,
}
LARGE_WAYS: dict[str, Opens] = {"sockets": sockets, **SMALL_WAYS}


def sends_many_at_once() -> bool:
    """Tell whether the SDK's `send_many` sends several requests at once."""
    return "concurrency" in inspect.signature(laaffic.AsyncClient.send_many).parameters


async def sdk_sends_many(stack: AsyncExitStack, upstream: Upstream, at_once: int) -> Callable[[int], Awaitable[int]]:
    """Let the SDK send to as many receivers as it is called with; it tells how many were accepted."""
    client = await stack.enter_async_context(laaffic.AsyncClient(KEY, SECRET, APP, base_url=upstream.url))
    send_many: Any = client.send_many  # the argument may not be there

    async def accepted(receivers: int) -> int:
        rows = laaffic.Rows(row(place % RECEIVERS) for place in range(receivers))
        return sum([len(result.accepted) async for result in send_many(rows, concurrency=at_once)])

    return accepted


async def _posts(stack: AsyncExitStack, client: httpx.AsyncClient, upstream: Upstream, body: Body) -> AsyncWay:
    await stack.enter_async_context(client)
    same_headers(client, headers_of_the_sdk(upstream, body))
    content, url = orjson.dumps(document(body)), upstream.url + PATH

    async def send(_: int) -> bytes:
        return (await client.post(url, content=content)).content

    return AsyncWay(send, in_bytes)


@cache
def _context() -> ssl.SSLContext:
    return httpx.create_ssl_context()
