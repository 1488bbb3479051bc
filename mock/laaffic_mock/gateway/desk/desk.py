"""Every request passes here: it is read by its endpoint, checked, done, and counted."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.exchange import Endpoint, Malformed, Refused, Request
from laaffic_mock.gateway.desk.rules import Rule
from laaffic_mock.gateway.desk.signature import check_sender
from laaffic_mock.gateway.faults.faults import ABOUT, SKEW_SECONDS, Due, Fault, Plan
from laaffic_mock.gateway.faults.magic import UNLISTED, Magic, first_magic, make_magic
from laaffic_mock.gateway.faults.spoiling import spoiled

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to respond, the fault to respond with, and the rule that was broken, if one was."""

    response: dict[str, Any]
    due: Due | None
    rule: Rule | None = None


@dataclass
class Desk:
    """Takes requests for any endpoint."""

    account: Account
    plan: Plan = field(default_factory=Plan)
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.magic: Mapping[str, Magic] = make_magic(self.account.contract)

    def clear(self) -> None:
        """Forget all messages, counts, faults and settings."""
        self.account.clear()
        self.plan = Plan()
        self.tally = Counter()

    def count(self, end: str) -> None:
        """Count a request, and how it ended."""
        self.tally.update(["requests", end])

    def armed(self) -> dict[str, Any]:
        """Return for JSON which faults are to come, and which have come."""
        plan = self.plan
        return {
            "next": [
                {"fault": due.fault.value, "seconds": due.seconds, "times": len(list(same))}
                for due, same in groupby(plan.asked)
            ],
            "chances": {fault.value: chance for fault, chance in plan.chances.items()},
            "seed": plan.seed,
            "used": {fault.value: self.tally[fault.value] for fault in Fault if fault.value in self.tally},
        }

    def take(self, endpoint: Endpoint, request: Request, planned: Due | None) -> Verdict:
        """Judge a request, and do what it asks for.

        Args:
            endpoint: what it is for.
            request: the request.
            planned: the fault that is due.

        Raises:
            Malformed: it breaks the contract in a way for which no status is known.
        """
        due = planned
        try:
            call = endpoint.read(request, self.account)
            magic = first_magic(call.numbers, self.magic)
            if magic is not None and magic.fault is not None:
                due = Due(magic.fault) if planned is None else planned._replace(fault=magic.fault)
            self._check_sender(request, due, planned)
            self._refuse_on_request(magic, due)
            response = call.respond()
        except Refused as refused:
            self.count(due.fault.value if due else f"status {refused.status}")
            return Verdict(self._refusal(refused.status), due, refused.rule)
        except Malformed:
            self.count("refused with HTTP 400")
            raise
        self.count(due.fault.value if due else f"status {response['status']}")
        return Verdict(spoiled(response, due.fault, endpoint.operation.response) if due else response, due)

    def _check_sender(self, request: Request, due: Due | None, planned: Due | None) -> None:
        skewed = due is not None and due.fault is Fault.CLOCK_SKEW
        now = self.account.now() + (SKEW_SECONDS if skewed else 0.0)
        contract = self.account.contract
        try:
            check_sender(request, self.account.settings, now, contract)
        except Refused as refused:
            if (
                planned is not None
                and skewed
                and due is planned
                and refused.status == contract.codes["TIMESTAMP_EXPIRED"]
            ):
                self.plan.again(planned)  # the clock stays ahead until a request is signed by it
            raise

    def _refusal(self, status: str) -> dict[str, Any]:
        return {"status": status, "reason": self.account.contract.reasons.get(status, "unlisted")}

    def _refuse_on_request(self, magic: Magic | None, due: Due | None) -> None:
        if magic is not None and magic.status is not None:
            rule = Rule("magic", None, f"the magic number {magic.number}", "any other number", f"it {magic.means}")
            raise Refused(magic.status, rule)
        if due is not None and due.fault is Fault.TOO_FREQUENT:
            raise Refused(self.account.contract.codes["TOO_FREQUENT"], None)
        if due is not None and not ABOUT[due.fault].accepts:
            raise Refused(UNLISTED, None)  # shown only by the one fault that is about the status
