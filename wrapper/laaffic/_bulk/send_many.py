"""Any number of messages, in as many requests as it takes: one after the other, in the caller's thread."""

from collections.abc import Callable, Generator, Iterator

from laaffic._batch.batch import Batch
from laaffic._bulk.in_flight import InFlight
from laaffic._model.results import BatchResult, LaafficError


def one_by_one(
    send: Callable[[Batch], BatchResult], batches: Iterator[Batch], flight: InFlight
) -> Generator[BatchResult]:
    """Post each batch, and hand over its result before the next is posted."""
    try:
        while not flight.ended and (batch := flight.read(batches)) is not None:
            job = flight.start(batch)
            while (part := job.posts.next()) and flight.responded(job, part, attempted(send, part)):
                yield from flight.ready()
            flight.finished(job)
            yield from flight.ready()
        yield from flight.last()
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(flight.note)
        raise
    finally:
        flight.left()
    flight.raise_failure()


def attempted(send: Callable[[Batch], BatchResult], part: Batch) -> BatchResult | LaafficError:
    """Send, and return an error as an outcome like any other. What comes from outside is raised."""
    try:
        return send(part)
    except LaafficError as error:
        return error
