"""Calling the provider: the only code that waits for the network, for the asynchronous client."""

import time
from collections.abc import Callable

import anyio

from laaffic._http.channel import Call, Channel
from laaffic._http.evidence import Evidence
from laaffic._http.exchange import current


async def call_async(
    channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]
) -> Evidence:
    """Do what `call` does, without blocking, under any async library that anyio supports."""
    channel.calls.add(token := object())
    try:
        deadline = channel.deadline(request)
        while True:
            evidence = await _attempt(channel, request, deadline)
            pause = pause_before_next(evidence)
            if pause is None or time.monotonic() + pause >= deadline:
                return evidence
            await anyio.sleep(pause)
    finally:
        channel.calls.discard(token)
        if channel.may_close:
            await channel.close()


async def close_async(channel: Channel) -> None:
    """Close the connections, now or when what is in flight has its response."""
    channel.closing = True
    if channel.may_close:
        await channel.close()


async def _attempt(channel: Channel, request: Call, deadline: float) -> Evidence:
    exchange, arguments = channel.exchange(request, deadline), channel.arguments(request)
    token = current.set(exchange)
    try:
        response = await request.endpoint.asyncio_detailed(**arguments)
        return channel.responded(response, exchange, arguments)
    except Exception as error:
        return channel.no_response(error, exchange)
    finally:
        current.reset(token)
