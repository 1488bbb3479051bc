"""Calling the provider: the only code that waits for the network, for the blocking client."""

import time
from collections.abc import Callable

from laaffic._http.channel import Call, Channel, no_response, with_note
from laaffic._http.evidence import Evidence, Responded
from laaffic._http.logs import quiet_wire_logs


def call(channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]) -> Evidence:
    """Call until `pause_before_next` finds no reason to try again."""
    channel.calls.add(token := object())
    try:
        return _until_done(channel, request, pause_before_next)
    finally:
        channel.calls.discard(token)
        if channel.may_close:
            channel.close()


def close(channel: Channel) -> None:
    """Close the connections, now or when what is in flight has its response."""
    channel.closing = True
    if channel.may_close:
        channel.close()


def _until_done(channel: Channel, request: Call, pause_before_next: Callable[[Evidence], float | None]) -> Evidence:
    while True:
        try:
            arguments = channel.arguments(request)
            with quiet_wire_logs():
                response = request.endpoint.sync_detailed(**arguments)
            evidence: Evidence = Responded(
                response.status_code, response.content, response.headers, float(arguments["headers"]["Timestamp"])
            )
        except Exception as error:  # whatever it is, it must become evidence
            evidence = no_response(error, trusted=channel.trusted)
        except BaseException as error:
            channel.interrupted = True
            with_note(error, request)
            raise
        pause = pause_before_next(evidence)
        if pause is None:
            return evidence
        time.sleep(pause)
