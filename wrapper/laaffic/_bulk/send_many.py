"""Any number of messages, in as many requests as it takes: one after the other, in the caller's thread."""

from collections.abc import Callable, Generator, Iterator

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import InFlight
from laaffic._model.results import BatchResult


def one_by_one(
    send: Callable[[Batch], BatchResult], batches: Iterator[Batch], flight: InFlight
) -> Generator[BatchResult]:
    """Post each batch, and hand over its result before the next is posted."""
    try:
        while not flight.ended and (batch := flight.read(batches)) is not None:
            job = flight.start(batch)
            while job is not None and (part := job.posts.next()) is not None:
                try:
                    more = flight.responded(job, part, send(part))
                except Exception as error:  # noqa: BLE001  # handed over, and raised when it is not this package's
                    flight.broke_off(job, error)
                    break
                if not more:
                    break
                yield from flight.ready()
            if job is not None:
                flight.finished(job)
            yield from flight.ready()
        yield from flight.last()
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(flight.note)
        raise
    finally:
        flight.left()
    flight.raise_failure()
