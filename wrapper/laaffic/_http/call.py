"""Calling the provider: the only code that waits for the network, for the blocking client."""

import time
from collections.abc import Callable

from laaffic._http.channel import Call, Channel
from laaffic._http.evidence import Evidence
from laaffic._http.exchange import current


def call(channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]) -> Evidence:
    """Call until `pause_before_next` finds no reason to try again, or the time is over."""
    channel.calls.add(token := object())
    try:
        deadline = channel.deadline(request)
        while True:
            evidence = _attempt(channel, request, deadline)
            pause = pause_before_next(evidence)
            if pause is None or time.monotonic() + pause >= deadline:
                return evidence
            time.sleep(pause)
    except BaseException:
        channel.interrupted = True
        raise
    finally:
        channel.calls.discard(token)
        if channel.may_close:
            channel.close()


def close(channel: Channel) -> None:
    """Close the connections, now or when what is in flight has its response."""
    channel.closing = True
    if channel.may_close:
        channel.close()


def _attempt(channel: Channel, request: Call, deadline: float) -> Evidence:
    exchange, arguments = channel.exchange(request, deadline), channel.arguments(request)
    token = current.set(exchange)
    try:
        response = request.endpoint.sync_detailed(**arguments)
        return channel.responded(response, exchange, arguments)
    except Exception as error:
        return channel.no_response(error, exchange)
    finally:
        current.reset(token)
