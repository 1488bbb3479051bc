"""Sending all messages of a source, and knowing afterwards of whom nothing is known."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple

from laaffic import BatchResult, Client, ConfigurationError, LaafficError, Message, Recipient, State
from laaffic_cli._interrupts import Interrupts, StoppedError
from laaffic_cli._ledger import Note
from laaffic_cli._problem import BadInputError, Problem
from laaffic_cli._sources import Source


class RecordError(Exception):
    """An outcome could not be written down, so no more is sent."""


class Ending(NamedTuple):
    """How sending ended.

    Attributes:
        done: so many receivers, from the first on, have an outcome.
        doubtful: the receivers from there up to this place may have been sent to.
        note: what ended it, if it was no error of a request.
        misconfigured: whether a setting kept everything from being sent.
    """

    done: int
    doubtful: int
    note: Note | None = None
    misconfigured: bool = False


def send(client: Client, source: Source, keep: Callable[[BatchResult], None], interrupts: Interrupts) -> Ending:
    """Send until all is sent, or something ends it.

    Args:
        client: what it is sent with.
        source: the messages, which have been checked.
        keep: takes the result of each request. RecordError of it ends sending.
        interrupts: closed; they are open only while an interrupt cannot lose an outcome.
    """
    handed = done = 0

    def feed() -> Iterator[Message]:
        nonlocal handed
        interrupts.close()
        for item in source.messages():
            if isinstance(item, Problem):
                raise BadInputError([item.text])
            handed += len(item.numbers)
            interrupts.open()
            yield item
            interrupts.close()
        interrupts.open()

    try:
        with closing(client.send_many(feed())) as results:
            while True:
                interrupts.open()
                result = next(results, None)
                interrupts.close()
                if result is None:
                    return Ending(done, done)
                done += len(result.recipients)
                keep(result)
    # What was read and not yet posted is not sent when reading raises, or when no further result is asked for.
    except StoppedError:
        return Ending(done, done, Note("Interrupted", "Interrupted between two requests."))
    except (BadInputError, RecordError, LaafficError) as error:
        note = Note(type(error).__name__, str(error))
        return Ending(done, done, note, misconfigured=isinstance(error, ConfigurationError) and not done)
    except KeyboardInterrupt:
        return Ending(done, handed, Note("Interrupted", "Interrupted while a request may have been under way."))
    except Exception as error:  # noqa: BLE001  # a bug must not take with it what is known
        return Ending(done, handed, Note(type(error).__name__, f"{type(error).__name__} in the program ended sending."))
    finally:
        interrupts.close()


def remainder(source: Source, ending: Ending) -> Iterator[Recipient]:
    """Go through the receivers without an outcome, in order.

    Raises:
        BadInputError: the source is not what it was.
    """
    place = 0
    for index, item in enumerate(source.messages()):
        if isinstance(item, Problem):
            raise BadInputError([item.text])
        for position, number in enumerate(item.numbers):
            place += 1
            if place > ending.done:
                state = State.UNKNOWN if place <= ending.doubtful else State.NOT_SENT
                yield Recipient(number, item.order_ids[position] if item.order_ids else None, None, state, index)
