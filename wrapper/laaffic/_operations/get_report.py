"""`GET /getReport`: what became of messages, by their message ids."""

import re
from collections.abc import Iterable, Sequence

from laaffic._http.channel import Call
from laaffic._http.evidence import Evidence
from laaffic._model.errors import unfit_to_ask
from laaffic._model.reports import DeliveryReport
from laaffic._operations.operation import Inquiry, Operation
from laaffic._outcome.query import body_of, rows_of
from laaffic._outcome.reports import reports_of
from laaffic._outcome.response import text_of
from laaffic._settings import Timeouts
from laaffic_api.api.reports import get_report as endpoint

MAX_IDS = 200  # provider's page: getReport
_MSG_ID = re.compile(r"[!-+\--~]{1,64}")
_RULE = "a message id has 1 to 64 printable ASCII characters, no spaces and no commas; leave it out"


def get_reports(msg_ids: Iterable[str], app_id: str, timeout: Timeouts | None) -> Inquiry[list[DeliveryReport]]:
    """Ask for any number of reports, 200 at a time.

    Raises:
        InvalidMessageError: one is not a message id; nothing was asked.
    """
    asked = _checked(msg_ids)
    return _in_parts(asked, list(dict.fromkeys(asked)), app_id, timeout)


def get_report(msg_ids: Sequence[str], app_id: str, timeout: Timeouts | None) -> Operation[list[DeliveryReport]]:
    """Ask for the reports of at most 200 message ids."""
    arguments = {"app_id": app_id, "msg_ids": ",".join(msg_ids)}

    def found(evidence: Evidence) -> list[DeliveryReport]:
        return reports_of(msg_ids, rows_of(evidence, body_of(evidence)))

    return Operation(Call(endpoint, arguments, repeatable=True, timeout=timeout), outcome=found)


def _in_parts(
    asked: list[str], unique: list[str], app_id: str, timeout: Timeouts | None
) -> Inquiry[list[DeliveryReport]]:
    reports: dict[str, DeliveryReport] = {}
    for first in range(0, len(unique), MAX_IDS):
        found: list[DeliveryReport] = yield get_report(unique[first : first + MAX_IDS], app_id, timeout)
        reports.update((report.msg_id, report) for report in found)
    return [reports[msg_id] for msg_id in asked]


def _checked(msg_ids: Iterable[str]) -> list[str]:
    if isinstance(msg_ids, str | bytes) or not isinstance(msg_ids, Iterable):
        raise unfit_to_ask(f"expected several message ids, got {type(msg_ids).__name__}", "msg_ids")
    asked = []
    for position, given in enumerate(msg_ids):
        msg_id = None if isinstance(given, bool | int) else text_of(given)
        if msg_id is None or not _MSG_ID.fullmatch(msg_id):
            rule = "convert it with str()" if isinstance(given, int) else _RULE
            raise unfit_to_ask(rule, "msg_ids", position)
        asked.append(msg_id)
    return asked
