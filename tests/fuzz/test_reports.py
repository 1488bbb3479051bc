"""Whatever is answered to a question becomes reports or a LaafficError, and nobody is found who is not listed."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from fuzz.answers import ANY_JSON, SCALARS

BASE_URL = "http://127.0.0.1:1"  # never reached: the transport answers
X, Y = "99900000001", "99900000002"
NOW = datetime.now(UTC)
UNKNOWN = [laaffic.Recipient(number, None, None, laaffic.State.UNKNOWN, at) for at, number in enumerate((X, Y, Y))]


def _or_junk(*right: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(right) | SCALARS


ROWS = st.fixed_dictionaries(
    {},
    optional={
        "msgId": _or_junk("m1", "m2", 3),
        "number": _or_junk(X, Y, f"+{X}", int(Y), "99900000009"),
        "receiveTime": _or_junk(NOW.isoformat(), "2021-02-12T09:30:03"),
        "status": _or_junk("0", "1", "2", "-1", 0),
        "pricedetail": ANY_JSON,
    },
)
NEARLY = st.fixed_dictionaries(
    {"status": st.just("0") | _or_junk(*laaffic.STATUSES, 0)},
    optional={
        "success": _or_junk("1"),
        "array": st.lists(ROWS | SCALARS, max_size=5) | SCALARS,
    },
)


class _Paged:
    """Answers the first request with one body, and all others with no rows."""

    def __init__(self, said: Any) -> None:
        self._said = [json.dumps(said).encode()]

    def __call__(self, _: httpx2.Request) -> httpx2.Response:
        content = self._said.pop() if self._said else b'{"status":"0","array":[]}'
        return httpx2.Response(200, stream=httpx2.ByteStream(content))


def _rows(said: Any) -> list[Any]:
    rows = said.get("array") if isinstance(said, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


@given(NEARLY | ANY_JSON)
def test_reports_are_one_for_each_id_or_an_error(said: Any) -> None:
    with laaffic.Client(base_url=BASE_URL, transport=httpx2.MockTransport(_Paged(said))) as client:
        try:
            reports = client.get_reports(["m1", "m2", "m9"])
        except laaffic.LaafficError:
            return
    assert [report.msg_id for report in reports] == ["m1", "m2", "m9"]
    listed = {str(row.get("msgId")).strip() for row in _rows(said)}
    assert all(report.state == "not_found" or report.msg_id in listed for report in reports)


@given(NEARLY | ANY_JSON)
def test_nobody_is_found_who_is_not_listed(said: Any) -> None:
    async def run() -> list[laaffic.Recipient]:
        transport = httpx2.MockTransport(_Paged(said))
        async with laaffic.AsyncClient(base_url=BASE_URL, transport=transport) as client:
            return await client.reconcile(UNKNOWN, sent_between=(NOW, NOW))

    try:
        found = asyncio.run(run())
    except laaffic.LaafficError:
        return
    assert {recipient.state for recipient in found} <= {laaffic.State.UNKNOWN, laaffic.State.ACCEPTED}
    ids = [recipient.msg_id for recipient in found if recipient.msg_id is not None]
    assert len(ids) == len({*ids})
    listed = {(str(row.get("msgId")).strip(), str(row.get("number")).strip().removeprefix("+")) for row in _rows(said)}
    assert {(recipient.msg_id, recipient.number) for recipient in found if recipient.msg_id is not None} <= listed
