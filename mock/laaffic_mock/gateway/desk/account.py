"""The account that requests are about: its settings, its clock, its balance and what it has sent."""

import time
from collections.abc import Callable, Sequence
from copy import deepcopy

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.book import AcceptedMessage, Book, Recipient
from laaffic_mock.gateway.desk.settings import Settings


class Account:
    """The account.

    Args:
        contract: the contract, for the endpoints.
        limit: how many messages it keeps.
        on_accepted: is called with every message that is accepted.

    Attributes:
        contract: the contract.
        settings: the settings.
        book: the accepted messages.
    """

    def __init__(self, contract: Contract, limit: int, on_accepted: Callable[[AcceptedMessage], None]) -> None:
        self.contract = contract
        self.settings = Settings()
        self.book = Book(limit)
        self._on_accepted = on_accepted
        self._first = deepcopy(self.settings)

    def now(self) -> float:
        """Return the gateway's time."""
        return time.time() + self.settings.clock_offset

    def accept(self, recipients: Sequence[Recipient]) -> list[AcceptedMessage]:
        """Accept recipients, each of whom costs 1."""
        if self.settings.balance is not None:
            self.settings.balance -= len(recipients)
        accepted = self.book.accept(recipients, self.now())
        for message in accepted:
            self._on_accepted(message)
        return accepted

    def clear(self) -> None:
        """Forget all messages and changes of settings."""
        self.book.clear()
        self.settings = deepcopy(self._first)
