"""Magic numbers: recipients of tests, whose number decides what becomes of the request.

The country code 999 is not assigned to any country, so these numbers are always test traffic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.faults.faults import ABOUT, Fault

_OF_STATUSES = "999001{:05d}"
_OF_FAULTS = "999002{:05d}"
NOT_TAKEN = "99900300001"
UNLISTED = "-99"


@dataclass(frozen=True, slots=True)
class Magic:
    """What one magic number stands for: a status, a fault, or being left out of those that are accepted."""

    number: str
    means: str
    status: str | None = None
    fault: Fault | None = None


def make_magic(contract: Contract) -> Mapping[str, Magic]:
    """Return every magic number: one for each status, for each fault, and for a recipient that is not taken."""
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
    return {row.number: row for row in rows}


def first_magic(numbers: Iterable[str], table: Mapping[str, Magic]) -> Magic | None:
    """Return what the first magic number among these stands for, other than not being taken."""
    return next((table[number] for number in numbers if number in table and number != NOT_TAKEN), None)
