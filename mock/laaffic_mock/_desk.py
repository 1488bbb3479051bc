"""The gateway's state, and what it makes of a request."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from laaffic_mock._answers import acceptance, refusal, spoiled
from laaffic_mock._book import AcceptedMessage, Book
from laaffic_mock._contract import Contract
from laaffic_mock._faults import ABOUT, DEFAULT_SECONDS, Fault, Plan
from laaffic_mock._magic import NOT_TAKEN, Magic, first_magic, magic_numbers
from laaffic_mock._rules import Receiver, Refused, Settings, check_account, check_headers, read_receivers

_SKEW = 7200.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer, and the fault to answer it with."""

    answer: dict[str, Any]
    fault: Fault | None
    seconds: float


@dataclass
class Desk:
    """Takes requests: judges them by the rules, writes down what it accepts, and keeps count."""

    contract: Contract
    limit: int
    told: Callable[[AcceptedMessage], None] = lambda _: None
    settings: Settings = field(default_factory=Settings)
    plan: Plan = field(default_factory=Plan)
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.book = Book(self.limit)
        self.magic: Mapping[str, Magic] = magic_numbers(self.contract)
        self._first = replace(self.settings)

    def clear(self) -> None:
        """Forget all messages, faults and settings."""
        self.book = Book(self.limit)
        self.plan = Plan()
        self.settings = replace(self._first)
        self.tally = Counter()

    def now(self) -> float:
        """Return the gateway's time."""
        return time.time() + self.settings.clock_offset

    def take(self, headers: Mapping[str, str], client: str, body: bytes, due: tuple[Fault, float] | None) -> Verdict:
        """Judge a request, and accept what is to be accepted.

        Raises:
            Malformed: it breaks the contract in a way for which no status is known.
        """
        fault, seconds = due or (None, DEFAULT_SECONDS)
        try:
            receivers = read_receivers(body, self.settings, self.contract)
            magic = first_magic((receiver.number for receiver in receivers), self.magic)
            if magic is not None and magic.fault is not None:
                fault = magic.fault
            now = self.now() + (_SKEW if fault is Fault.CLOCK_SKEW else 0.0)
            check_headers(headers, client, self.settings, now, self.contract)
            check_account(receivers, self.settings, self.contract)
            _refuse_by(magic)
        except Refused as refused:
            self._count(fault, f"status {refused.status}")
            return Verdict(refusal(refused.status, self.contract), fault, seconds)
        taken = [receiver for receiver in receivers if receiver.number != NOT_TAKEN]
        accepts = fault is None or ABOUT[fault].accepts
        accepted = self._accept(taken) if accepts else []
        answer = acceptance(accepted, len(receivers))
        self._count(fault, "status 0")
        return Verdict(spoiled(answer, fault, self.contract) if fault else answer, fault, seconds)

    def _accept(self, receivers: list[Receiver]) -> list[AcceptedMessage]:
        if self.settings.balance is not None:
            self.settings.balance -= len(receivers)
        accepted = self.book.accept(receivers, self.now())
        for row in accepted:
            self.told(row)
        return accepted

    def _count(self, fault: Fault | None, status: str) -> None:
        self.tally["requests"] += 1
        self.tally[fault.value if fault else status] += 1


def _refuse_by(magic: Magic | None) -> None:
    if magic is not None and magic.status is not None:
        raise Refused(magic.status)
