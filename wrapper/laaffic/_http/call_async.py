"""Calling the provider: the only code that waits for the network, for the asynchronous client."""

from collections.abc import Callable

import anyio

from laaffic._http.channel import Call, Channel, no_response, with_note
from laaffic._http.evidence import Evidence, Responded
from laaffic._http.logs import quiet_wire_logs


async def call_async(
    channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]
) -> Evidence:
    """Do what `call` does, without blocking, under any async library that anyio supports."""
    channel.calls.add(token := object())
    try:
        return await _until_done_async(channel, request, pause_before_next)
    finally:
        channel.calls.discard(token)
        if channel.may_close:
            await channel.close()


async def close_async(channel: Channel) -> None:
    """Close the connections, now or when what is in flight has its response."""
    channel.closing = True
    if channel.may_close:
        await channel.close()


async def _until_done_async(
    channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]
) -> Evidence:
    while True:
        try:
            arguments = channel.arguments(request)
            with quiet_wire_logs():
                response = await request.endpoint.asyncio_detailed(**arguments)
            evidence: Evidence = Responded(
                response.status_code, response.content, response.headers, float(arguments["headers"]["Timestamp"])
            )
        except Exception as error:  # whatever it is, it must become evidence
            evidence = no_response(error, trusted=channel.trusted)
        except BaseException as error:
            with_note(error, request)
            raise
        pause = pause_before_next(evidence)
        if pause is None:
            return evidence
        await anyio.sleep(pause)
