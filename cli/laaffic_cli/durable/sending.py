"""Sending all messages of a source, and knowing afterwards of whom nothing is known."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import NamedTuple, Protocol

from laaffic import BatchResult, Client, ConfigurationError, LaafficError, Message, Recipient, State
from laaffic_cli.durable.interrupts import Interrupts, StoppedError
from laaffic_cli.durable.ledger import Note
from laaffic_cli.reading.problem import BadInputError, Problem
from laaffic_cli.reading.sources import Source


class RecordError(Exception):
    """Something could not be written down, so no more is sent."""


class Record(Protocol):
    """What is written down while sending. Each of its methods may raise RecordError, which ends sending."""

    def expect(self, recipients: Sequence[Recipient]) -> None:
        """Write down who may be in the next request, before it is posted."""
        ...

    def keep(self, result: BatchResult) -> None:
        """Write down what a request came to."""
        ...


class Ending(NamedTuple):
    """How sending ended.

    Attributes:
        done: so many recipients, from the first on, have an outcome.
        left: the recipients after them that were handed to the SDK, each with what is known of it.
        note: what ended it, if it was no error of a request.
        misconfigured: whether a setting kept everything from being sent.
    """

    done: int
    left: Sequence[Recipient]
    note: Note | None = None
    misconfigured: bool = False


def send(client: Client, source: Source, record: Record, most: int, interrupts: Interrupts) -> Ending:
    """Send until all is sent, or something ends it.

    Args:
        client: what it is sent with.
        source: the messages, which have been checked.
        record: what is written down.
        most: the client's `max_recipients`.
        interrupts: closed; they are open only while an interrupt cannot lose an outcome.
    """
    run = _Run(source, record, most, interrupts)
    try:
        run.go(client)
        return run.ended(unknown=len(run.handed))  # nobody, unless the SDK forgets somebody
    # What was read and not yet posted is not sent when reading raises, or when no further result is asked for.
    except StoppedError:
        return run.ended(Note("Interrupted", "Interrupted between two requests."))
    except (BadInputError, RecordError) as error:
        return run.ended(Note(type(error).__name__, str(error)))
    except LaafficError as error:
        note = Note(type(error).__name__, str(error))
        ending = run.ended(note, unknown=0 if error.sent == "no" else len(run.handed))
        return ending._replace(misconfigured=isinstance(error, ConfigurationError) and not run.done)
    except KeyboardInterrupt:
        return run.ended(Note("Interrupted", "Interrupted while a request may have been in flight."), unknown=most)
    except Exception as error:  # a bug must not take with it what is known
        text = f"{type(error).__name__} in the program ended sending."
        return run.ended(Note(type(error).__name__, text), unknown=len(run.handed))
    finally:
        interrupts.close()


class _Run:
    """What has become of whom so far.

    Attributes:
        done: so many recipients have an outcome.
        handed: those after them that were handed to the SDK.
    """

    def __init__(self, source: Source, record: Record, most: int, interrupts: Interrupts) -> None:
        self.done = 0
        self.handed: deque[Recipient] = deque()
        self._source = source
        self._record = record
        self._most = most
        self._interrupts = interrupts

    def go(self, client: Client) -> None:
        with closing(client.send_many(self._feed())) as results:
            while True:
                self._interrupts.open()
                result = next(results, None)
                self._interrupts.close()
                if result is None:
                    return
                self.done += len(result.recipients)
                for _ in range(min(len(result.recipients), len(self.handed))):
                    self.handed.popleft()
                self._record.keep(result)
                self._expect()

    def ended(self, note: Note | None = None, *, unknown: int = 0) -> Ending:
        left = [r if place < unknown else r._replace(state=State.NOT_SENT) for place, r in enumerate(self.handed)]
        return Ending(self.done, left, note)

    def _feed(self) -> Iterator[Message]:
        self._interrupts.close()
        for index, item in enumerate(self._source.messages()):
            if isinstance(item, Problem):
                raise BadInputError([item.text])
            self.handed.extend(_recipients(item, index, State.UNKNOWN))
            # A request is posted when it is full, or when nothing more comes.
            if len(self.handed) >= self._most:
                self._expect()
            self._interrupts.open()
            yield item
            self._interrupts.close()
        self._expect()
        self._interrupts.open()

    def _expect(self) -> None:
        # A request has the first of them, and no more than this.
        self._record.expect(tuple(islice(self.handed, self._most)))


def remainder(source: Source, ending: Ending) -> Iterator[Recipient]:
    """Go through the recipients that were not even handed over, in order.

    Raises:
        BadInputError: the source is not what it was.
    """
    place, told = 0, ending.done + len(ending.left)
    for index, item in enumerate(source.messages()):
        if isinstance(item, Problem):
            raise BadInputError([item.text])
        for recipient in _recipients(item, index, State.NOT_SENT):
            place += 1
            if place > told:
                yield recipient


def _recipients(message: Message, index: int, state: State) -> Iterator[Recipient]:
    order_ids = message.order_ids or [None] * len(message.numbers)
    for number, order_id in zip(message.numbers, order_ids, strict=True):
        yield Recipient(number, order_id, None, state, index)
