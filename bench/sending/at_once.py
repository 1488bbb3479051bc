"""Many sends in flight at once in one process."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import orjson

import laaffic
from bench.sending.bodies import APP, BODIES, KEY, PATH, SECRET, document, signed_headers
from bench.sending.sends import accepted_of, listed_in_bytes, verify
from bench.started.server import counts

BODY = BODIES["one"]
Send = Callable[[], Awaitable[list[str]]]


@asynccontextmanager
async def httpx_bytes(url: str) -> AsyncIterator[Send]:
    """Post ready bytes with httpx."""
    content = orjson.dumps(document(BODY))
    async with httpx.AsyncClient(trust_env=False, headers=signed_headers()) as client:

        async def send() -> list[str]:
            return listed_in_bytes((await client.post(url + PATH, content=content)).content)

        yield send


@asynccontextmanager
async def the_sdk(url: str) -> AsyncIterator[Send]:
    """Send with the SDK."""
    async with laaffic.AsyncClient(KEY, SECRET, APP, base_url=url) as client:

        async def send() -> list[str]:
            number, content, order_id = BODY.rows[0]
            result = await client.send_batch([laaffic.Message(number, content, order_ids=order_id)])
            return accepted_of(result.recipients)

        yield send


WAYS: dict[str, Callable[[str], AbstractAsyncContextManager[Send]]] = {"httpx bytes": httpx_bytes, "laaffic": the_sdk}


def block(way: str, url: str, in_flight: int, sends: int) -> float:
    """Keep so many sends in flight until all are sent; returns the seconds of CPU, first sends not counted."""
    return asyncio.run(_run(way, url, in_flight, sends))


def connections(way: str, url: str, in_flight: int, sends: int) -> float:
    """The same, but return the number of connections that were opened."""
    before = counts(url)["connections"]
    asyncio.run(_run(way, url, in_flight, sends))
    return float(counts(url)["connections"] - before)


async def _run(way: str, url: str, in_flight: int, sends: int) -> float:
    async with WAYS[way](url) as send:
        for accepted in await asyncio.gather(*(send() for _ in range(in_flight))):
            verify(way, BODY, accepted)
        left = iter(range(sends))

        async def work() -> None:
            for _ in left:
                await send()

        began = time.process_time()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return time.process_time() - began
