"""The account that requests are about: its settings, its clocks, its balance and what it has sent."""

import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.delivery.life import FAILED_REASON, Clock, Finish
from laaffic_mock.gateway.desk.book import Book, Recipient
from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.parts import count_segments
from laaffic_mock.gateway.desk.settings import Settings
from laaffic_mock.gateway.faults.magic import fate_of

OnAccepted = Callable[[AcceptedMessage], None]


class Account:
    """The account.

    Args:
        contract: the contract, for the endpoints.
        limit: how many messages it keeps.
        settings: the settings at the beginning, and again when it is cleared.
        on_accepted: is called with every message that is accepted.

    Attributes:
        contract: the contract.
        settings: the settings; `configure` changes them.
        book: the accepted messages.
        on_changed: is called with the ids of messages whose state has changed.
    """

    def __init__(self, contract: Contract, limit: int, settings: Settings, on_accepted: OnAccepted) -> None:
        self.contract = contract
        self.settings = deepcopy(settings)
        self.book = Book(limit, self._new_clock())
        self._ended: list[str] | None = None  # who has finished, while somebody collects it
        self._on_accepted = on_accepted
        self._first = settings
        self.on_changed: Callable[[Sequence[str]], None] = lambda _: None

    def now(self) -> float:
        """Return the gateway's time."""
        return time.time() + self.settings.clock_offset

    def accept(self, recipients: Sequence[Recipient]) -> list[AcceptedMessage]:
        """Accept recipients, each of whom costs as much as the text has segments."""
        if self.settings.balance is not None:
            self.settings.balance -= cost_of(recipients)
        accepted = self.book.accept(recipients, self.now(), self.settings.deliver_after, fate_of)
        for message in accepted:
            self._on_accepted(message)
        return accepted

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings, whose names and values have been checked."""
        for name, value in changes.items():
            setattr(self.settings, name, value)
        self.book.deliveries.clock.hold(self.now(), held=self.settings.held)

    def settle(self) -> None:
        """Find out which messages have finished since: whoever asks about them does this first."""
        settled = self.book.deliveries.settle()
        if settled.sending:
            self.on_changed(settled.sending)
        if settled.ended:
            self._end(settled.ended)

    def advance(self, seconds: float) -> None:
        """Move the clock of deliveries on, and with it all messages in their lives."""
        self.settle()
        self.book.deliveries.clock.move(seconds, self.now())
        self.settle()

    def deliver(self, msg_ids: Sequence[str], *, failed: bool, reason: str | None) -> None:
        """Let messages finish now, which have not.

        Args:
            msg_ids: which.
            failed: whether they fail.
            reason: why they fail, if they do.
        """
        why = (reason or FAILED_REASON) if failed else None
        self.book.deliveries.finish(msg_ids, Finish(self.now(), failed, why))
        self._end(msg_ids)

    def collect(self, *, wanted: bool) -> None:
        """Remember from now on which messages finish, for `take_ended`, or do so no more."""
        self._ended = [] if wanted else None

    def take_ended(self) -> list[AcceptedMessage]:
        """Return the messages that have finished since this was last asked, in the order in which they did."""
        ended, self._ended = self._ended or [], []
        return [message for message in map(self.book.get, ended) if message is not None]

    def clear(self) -> None:
        """Forget all messages and changes of settings."""
        self.settings = deepcopy(self._first)
        self.book.clear(self._new_clock())
        self.collect(wanted=self._ended is not None)

    def _new_clock(self) -> Clock:
        return Clock(time.monotonic, held=self.settings.held)

    def _end(self, msg_ids: Sequence[str]) -> None:
        self.on_changed(msg_ids)
        if self._ended is not None:
            self._ended += msg_ids


def cost_of(recipients: Sequence[Recipient]) -> int:
    """Return how much messages to these recipients cost: one for each segment of each."""
    segments = {content: count_segments(content) for content in {recipient.content for recipient in recipients}}
    return sum(segments[recipient.content] for recipient in recipients)
