"""Any number of messages, in as many requests as it takes: one after the other, for the asynchronous client."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import InFlight
from laaffic._http.interruptions import interruption_in
from laaffic._model.results import BatchResult, LaafficError

Send = Callable[[Batch], Coroutine[Any, Any, BatchResult]]


async def one_by_one_async(send: Send, batches: AsyncGenerator[Batch], flight: InFlight) -> AsyncGenerator[BatchResult]:
    """Post each batch, and hand over its result before the next is posted."""
    try:
        while not flight.ended and (batch := await _read(flight, batches)) is not None:
            job = flight.start(batch)
            while (part := job.posts.next()) and flight.responded(job, part, await _attempted(send, part)):
                for result in flight.ready():
                    yield result
            flight.finished(job)
            for result in flight.ready():
                yield result
        for result in flight.last():
            yield result
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(flight.note)
        raise
    finally:
        flight.left()
        await batches.aclose()  # which waits for nothing; left to the garbage collector, trio would complain
    flight.raise_failure()


async def _read(flight: InFlight, batches: AsyncIterator[Batch]) -> Batch | None:
    try:
        return await anext(batches, None)
    except Exception as error:  # the caller's own; raised when all in flight is handed over
        if interruption_in(error) is not None:
            raise
        flight.failed(error)
        return None


async def _attempted(send: Send, part: Batch) -> BatchResult | LaafficError:
    try:
        return await send(part)
    except LaafficError as error:
        return error
