"""Posting a request: the only place that waits for the network, once for each kind of client."""

import random
import time
from collections.abc import Iterator

import httpx2

from laaffic._http.evidence import Answered, Evidence, Unanswered
from laaffic._http.guard import BEFORE_SENDING, AnswerTooLarge
from laaffic._http.logs import quiet_wire_logs
from laaffic._model.masking import scrub
from laaffic_api import Client as ApiClient
from laaffic_api.api.sms import send_batch
from laaffic_api.models import SendBatchRequest

_CONNECTING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)
_FIRST_PAUSE = 0.25
_INTERRUPTED = "laaffic: interrupted while a request was under way; what became of its receivers is unknown"


def pauses(retries: int) -> Iterator[float]:
    """Yield the seconds before each further attempt to connect: doubling, spread so that clients do not meet."""
    for attempt in range(retries):
        yield _FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311  # spreading load is no secret


def pause_before_next(evidence: Unanswered, waits: Iterator[float]) -> float | None:
    """Decide whether to connect once more: the seconds to wait before that, or None."""
    return next(waits, None) if evidence.connecting else None


def exchange(api: ApiClient, request: SendBatchRequest, retries: int) -> Evidence:
    """Post once. Only a connection that could not be made is tried again."""
    waits = pauses(retries)
    while True:
        try:
            with quiet_wire_logs():
                response = send_batch.sync_detailed(client=api, body=request)
        except Exception as error:  # noqa: BLE001  # whatever it is, what it tells of the receivers must be kept
            evidence = unanswered(error)
        except BaseException as error:
            error.add_note(_INTERRUPTED)
            raise
        else:
            return Answered(response.status_code, response.content)
        pause = pause_before_next(evidence, waits)
        if pause is None:
            return evidence
        time.sleep(pause)


async def exchange_async(api: ApiClient, request: SendBatchRequest, retries: int) -> Evidence:
    """Do what `exchange` does, without blocking."""
    waits = pauses(retries)
    while True:
        try:
            with quiet_wire_logs():
                response = await send_batch.asyncio_detailed(client=api, body=request)
        except Exception as error:  # noqa: BLE001  # whatever it is, what it tells of the receivers must be kept
            evidence = unanswered(error)
        except BaseException as error:
            error.add_note(_INTERRUPTED)
            raise
        else:
            return Answered(response.status_code, response.content)
        pause = pause_before_next(evidence, waits)
        if pause is None:
            return evidence
        await _sleep(pause)


async def _sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415  # takes long to import, and is seldom needed

    await anyio.sleep(seconds)


def unanswered(error: Exception) -> Unanswered:
    """Tell what an exception of the HTTP library says of the request."""
    return Unanswered(
        reached=not isinstance(error, BEFORE_SENDING),
        why=_why(error),
        hint=_FEWER_AT_ONCE if isinstance(error, httpx2.PoolTimeout) else None,
        connecting=isinstance(error, _CONNECTING),
    )


_FEWER_AT_ONCE = "Send fewer at once with one client, or make more clients; it is safe to send again."
# The first that fits. Only errors of connecting are quoted: others may hold what was sent or what came.
_WORDS = (
    (httpx2.PoolTimeout, "all connections of this client were busy"),
    (httpx2.ConnectTimeout, "it took too long"),
    (httpx2.ReadTimeout, "the server did not answer in time"),
    (httpx2.WriteTimeout, "the server did not take the request in time"),
    (httpx2.DecodingError, "its compression is broken"),
    (AnswerTooLarge, "it is far larger than any answer should be"),
    ((httpx2.RemoteProtocolError, httpx2.NetworkError), "the connection broke off"),
)


def _why(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        return scrub(str(error)) or type(error).__name__
    return next((words for kinds, words in _WORDS if isinstance(error, kinds)), type(error).__name__)
