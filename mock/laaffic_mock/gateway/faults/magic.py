"""Magic numbers: recipients of tests, whose number decides what becomes of the request, or later of the message.

The country code 999 is not assigned to any country, so these numbers are always test traffic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.delivery.life import LATE_SECONDS, Fate
from laaffic_mock.gateway.faults.faults import ABOUT, Fault

_OF_STATUSES = "999001{:05d}"
_OF_FAULTS = "999002{:05d}"
_OF_FATES = "999004{:05d}"
NOT_TAKEN = "99900300001"
UNLISTED = "-99"

_FATES: Mapping[Fate, str] = {
    Fate.FAILS: "is accepted, and fails",
    Fate.PENDING: "is accepted, and stays pending: it is sending for ever",
    Fate.NEVER_FOUND: "is accepted, and never found: it is queued for ever, in no report and no record",
    Fate.LATE: f"is accepted, and found late: it is queued until {LATE_SECONDS:g} seconds later, and then succeeds",
    Fate.TWICE: "is accepted, and its report is pushed twice",
}
_FATE_OF = {_OF_FATES.format(ordinal): fate for ordinal, fate in enumerate(_FATES, 1)}


@dataclass(frozen=True, slots=True)
class Magic:
    """What one magic number stands for: a status or a fault, or else something that is about this recipient alone."""

    number: str
    means: str
    status: str | None = None
    fault: Fault | None = None


def make_magic(contract: Contract) -> Mapping[str, Magic]:
    """Return every magic number: for each status, each fault, a recipient that is not taken, and each fate."""
    refusals = [code for name, code in contract.codes.items() if name != "SUCCESS"]
    rows = [
        Magic(_OF_STATUSES.format(-int(code)), f"refuses the request with status {code}", status=code)
        for code in (*refusals, UNLISTED)
    ]
    rows.append(Magic(NOT_TAKEN, "is not taken; the other recipients of the request are (a partial success)"))
    rows += [
        Magic(_OF_FAULTS.format(ordinal), about.does, fault=fault)
        for ordinal, (fault, about) in enumerate(ABOUT.items(), 1)
    ]
    rows += [Magic(number, _FATES[fate]) for number, fate in _FATE_OF.items()]
    return {row.number: row for row in rows}


def first_magic(numbers: Iterable[str], table: Mapping[str, Magic]) -> Magic | None:
    """Return what the first of these numbers that decides about the whole request stands for."""
    rows = (table[number] for number in numbers if number in table)
    return next((row for row in rows if row.status is not None or row.fault is not None), None)


def fate_of(number: str) -> Fate:
    """Return what is meant to become of a message to this number."""
    return _FATE_OF.get(number, Fate.SUCCEEDS)
