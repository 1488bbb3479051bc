"""What the provider's rows and pushed reports are read as."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic._outcome.reports import record_of, reports_of
from laaffic._outcome.response import read_object

SPEC = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
PUSHED = SPEC["webhooks"]["deliveryReport"]["post"]["requestBody"]["content"]["application/json"]["examples"]
ROW = {"msgId": "1", "number": "99900000001", "receiveTime": "2021-02-12T09:30:03+08:00", "status": "0"}
PUSH = {"msgid": "1", "status": 0}
AT = datetime(2021, 2, 12, 9, 30, 3, tzinfo=timezone(timedelta(hours=8)))
ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text(max_size=2))


def reported(**fields: Any) -> laaffic.DeliveryReport:
    """Read one row of a report on message id 1."""
    (report,) = reports_of(["1"], [{**ROW, **fields}])
    return report


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("0", "succeeded"),
        (0, "succeeded"),
        ("1", "failed"),
        ("2", "failed"),
        (2, "failed"),
        ("-1", "pending"),
        (-1, "pending"),
        ("3", "pending"),
        ("00", "pending"),
        ("DELIVRD", "pending"),
        (None, "pending"),
        (True, "pending"),
        (0.0, "pending"),
    ],
)
def test_the_words_of_queries(status: object, state: str) -> None:
    assert reported(status=status).state == state
    record = record_of({**ROW, "status": status})
    assert record is not None
    assert record.state == state


def test_an_unknown_word_is_kept() -> None:
    assert reported(status="DELIVRD").status == "DELIVRD"


def test_each_id_has_a_report_in_the_order_asked() -> None:
    rows = [{**ROW, "msgId": "2"}, {**ROW, "msgId": 1, "status": "1"}, {**ROW, "msgId": "stranger"}]
    reports = reports_of(["1", "9", "2", "1"], rows)
    assert [(report.msg_id, report.state) for report in reports] == [
        ("1", "failed"),
        ("9", "not_found"),
        ("2", "succeeded"),
        ("1", "failed"),
    ]


def test_rows_that_contradict_each_other_say_nothing() -> None:
    reports = reports_of(["1"], [ROW, {**ROW, "status": "1"}])
    assert [(report.state, report.status) for report in reports] == [("pending", None)]
    body = read_object(b'{"array":[{"msgId":"1","status":"0","status":"1"}]}')
    assert body is not None
    assert reports_of(["1"], body["array"])[0].state == "pending"


def test_the_same_row_twice_is_one() -> None:
    assert reports_of(["1"], [ROW, ROW])[0].state == "succeeded"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2021-02-12T09:30:03+08:00", AT),
        ("2021-02-12T01:30:03Z", AT),
        ("2021-02-12T09:30:03", None),
        ("0001-01-01T00:00:00+08:00", None),  # no time, in some languages; and in UTC it would be before the year 1
        ("9999-12-31T23:59:59-08:00", None),
        ("", None),
        (None, None),
        ("yesterday", None),
        (1613093403, None),
    ],
)
def test_a_time_without_an_offset_is_none(said: object, at: datetime | None) -> None:
    assert reported(receiveTime=said).received_at == at


def test_a_price_is_what_is_said_and_no_more() -> None:
    said = {"pay": "0.02", "price": 0.5, "chargeCnt": "2", "currency": "XXX"}
    assert reported(pricedetail=said).price == laaffic.Price(Decimal("0.02"), Decimal("0.5"), "XXX", 2)
    assert reported(pricedetail={"pay": "free", "chargeCnt": "many"}).price is None
    assert reported(pricedetail={"price": "0.5"}).price == laaffic.Price(price=Decimal("0.5"))
    assert reported().price is None


def test_reports_are_equal_by_id_and_state() -> None:
    one = laaffic.parse_report({**PUSH, "reason": "a"})
    assert one == laaffic.parse_report({**PUSH, "mobile": "99900000001"})
    assert len({one, laaffic.parse_report(PUSH), laaffic.parse_report({**PUSH, "status": 1})}) == 2


@pytest.mark.parametrize("example", PUSHED)
def test_every_example_of_a_push_is_read(example: str) -> None:
    value = PUSHED[example]["value"]
    report = laaffic.parse_report(json.dumps(value).encode())
    assert report.msg_id == value["msgid"]
    assert report.number == value.get("mobile")
    assert report.state == ("failed" if value["status"] else "succeeded")
    assert report.order_id == {"succeeded": "56584", "failed": "56585", "key_with_space": "56586"}.get(example)
    assert report == laaffic.parse_report(json.dumps(value)) == laaffic.parse_report(value)


def test_a_push_is_read_in_full() -> None:
    report = laaffic.parse_report(PUSHED["succeeded"]["value"])
    assert report.received_at == datetime(2021, 2, 12, 1, 30, 3, tzinfo=UTC)
    assert (report.reason, report.mcc, report.mnc) == (None, "404", "45")
    assert report.price == laaffic.Price(Decimal("0.020000"), Decimal("0.020000"), "XXX", 1)
    assert laaffic.parse_report(PUSHED["failed"]["value"]).reason == "UNDELIV"


def test_other_names_and_types_are_read() -> None:
    report = laaffic.parse_report(
        {
            " msgId ": 2108021054011000095,
            "number": "+99900000001",
            "status": "7",
            "mcc": 404,
            "timestamp": "1613093403000",
        }
    )
    assert (report.msg_id, report.number, report.state) == ("2108021054011000095", "99900000001", "failed")
    assert (report.status, report.mcc, report.received_at) == ("7", "404", AT)


@pytest.mark.parametrize("timestamp", [1613093403, -1, "soon", 10**30, True, None, 1.5])
def test_a_time_that_is_no_milliseconds_is_none(timestamp: object) -> None:
    assert laaffic.parse_report({**PUSH, "timestamp": timestamp}).received_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        "msgid=1&status=0",
        {"status": 0},
        {"msgid": "", "status": 0},
        {"msgid": "1"},
        {"msgid": "1", "status": None},
        {"msgid": "1", "status": "DELIVRD"},
        {"msgid": "1", "status": True},
        {"msgid": "1", "status": 0.5},
        {"msgid": "1", "msgId": "2", "status": 0},
        {"msgid": "1", "status": 0, "status ": 1},
        {"msgid": "1 2", "status": 0},
        {"msgid": "1" * 65, "status": 0},
        {"msgid": {"1": 1}, "status": 0},
        b'{"msgid":"1","msgid":"2","status":0}',
        b'{"msgid":"1","status":0,"reason":"' + b"x" * 70_000 + b'"}',
        b"\xff\xfe{",
        None,
        7,
    ],
)
def test_what_is_no_report_is_refused_without_quoting_it(body: Any) -> None:
    with pytest.raises(laaffic.InvalidReportError) as caught:
        laaffic.parse_report(body)
    assert "DELIVRD" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


@given(
    st.dictionaries(
        st.sampled_from(
            ["msgid", "msgId", "status", " status", "mobile", "orderId", "orderId ", "timestamp", "reason"]
        ),
        ANY,
    )
    | ANY
)
def test_whatever_is_pushed_is_a_report_or_an_error(given_body: Any) -> None:
    try:
        report = laaffic.parse_report(given_body if isinstance(given_body, dict) else json.dumps(given_body))
    except laaffic.InvalidReportError:
        return
    assert report.final
    assert laaffic.DeliveryReport.from_dict(json.loads(json.dumps(report.as_dict()))).as_dict() == report.as_dict()


@given(st.lists(st.dictionaries(st.sampled_from(list(ROW)), ANY) | ANY))
def test_whatever_is_listed_is_read(rows: list[Any]) -> None:
    reports = reports_of(["1", "2"], rows)
    assert [report.msg_id for report in reports] == ["1", "2"]
    for row in rows:
        record_of(row)


def test_as_dict_survives_json() -> None:
    report = laaffic.parse_report(PUSHED["succeeded"]["value"])
    again = laaffic.DeliveryReport.from_dict(json.loads(json.dumps(report.as_dict())))
    assert again.as_dict() == report.as_dict()
    assert again.received_at == report.received_at
    assert again.price == report.price


@pytest.mark.parametrize("given_dict", [{}, {"msg_id": "1"}, {"msg_id": "1", "state": "x"}, [], None])
def test_what_is_no_dict_of_a_report_is_refused(given_dict: Any) -> None:
    with pytest.raises(ValueError, match=r"not what DeliveryReport\.as_dict\(\) returns"):
        laaffic.DeliveryReport.from_dict(given_dict)


def test_neither_report_nor_record_shows_a_number() -> None:
    record = record_of(ROW)
    assert record is not None
    for shown in (repr(reported()), repr(record), repr(laaffic.parse_report({**PUSH, "mobile": "99900000001"}))):
        assert "99900000001" not in shown
        assert "99*******01" in shown
    assert record.as_dict()["received_at"] == "2021-02-12T09:30:03+08:00"
