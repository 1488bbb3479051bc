"""The provider's statuses, from the contract: errors, the docs and the command line take their words from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from laaffic._model.status_table import TABLE


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """What one status of the provider means and what to do about it.

    Attributes:
        code: the status as the provider sends it, such as `"-10"`.
        name: a short name for it, such as `INSUFFICIENT_BALANCE`.
        meaning: what it says, in plain words.
        hint: what a caller can do.
        definite: whether it says for certain that the request was refused. After a status that is not definite, the
            recipients that are not listed as accepted are `unknown`.
    """

    __module__ = "laaffic"

    code: str
    name: str
    meaning: str
    hint: str
    definite: bool = True


_ASK_BEFORE_RESENDING = (
    "Do not send again blindly: client.reconcile (laaffic reconcile) asks the provider about the unknown ones."
)

STATUSES: Mapping[str, StatusInfo] = MappingProxyType({row[0]: StatusInfo(*row) for row in TABLE})


def status_info(code: str) -> StatusInfo:
    """Return the table's row for a status; for one that the table lacks, a row that claims nothing."""
    unlisted = StatusInfo(
        code, "UNLISTED", "a status that is not in the provider's table", _ASK_BEFORE_RESENDING, definite=False
    )
    return STATUSES.get(code, unlisted)
