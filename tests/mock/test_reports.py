"""getReport and getSentRcd, as the contract says them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

import laaffic
from laaffic_mock import Gateway
from support.asked import get, records, reports, written

ONE, TWO, THREE = "99955500001", "99955500002", "99955500003"
NOW = {"startTime": written(timedelta(0)), "endTime": written(timedelta(days=1))}
FAILS, PENDING, NEVER_FOUND = "99900400001", "99900400002", "99900400003"


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file, which delivers nothing by itself."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


def send(gateway: Gateway, *numbers: str) -> list[str]:
    """Send to these numbers, and return the message ids."""
    with laaffic.Client(base_url=gateway.url) as client:
        result = client.send_batch([laaffic.Message(list(numbers), "x")])
    return [str(recipient.msg_id) for recipient in result.recipients]


def test_a_report_says_what_became_of_each_message(gateway: Gateway) -> None:
    msg_ids = send(gateway, ONE, FAILS, PENDING, NEVER_FOUND)
    gateway.advance(2)
    report = reports(gateway.url, *msg_ids)
    assert {name: value for name, value in report.items() if name != "array"} == {
        "status": "0",
        "reason": "success",
        "success": "1",
        "fail": "1",
        "sending": "1",
        "nofound": "1",
    }
    assert [(row["msgId"], row["number"], row["status"]) for row in report["array"]] == [
        (msg_ids[0], ONE, "0"),
        (msg_ids[1], FAILS, "1"),
        (msg_ids[2], PENDING, "-1"),
    ]


def test_what_is_queued_is_counted_as_not_found(gateway: Gateway) -> None:
    report = reports(gateway.url, *send(gateway, ONE, TWO))
    assert (report["nofound"], report["array"]) == ("2", [])


def test_what_was_let_go_is_not_found() -> None:
    with Gateway(limit=1, deliver_after=0) as small:
        msg_ids = send(small, ONE, TWO)
        report = reports(small.url, *msg_ids)
        assert [row["msgId"] for row in report["array"]] == msg_ids[1:]
        assert [row["msgId"] for row in records(small.url)["array"]] == msg_ids[1:]


@pytest.mark.parametrize(
    ("msg_ids", "status"),
    [
        ("1", "0"),
        (",".join(map(str, range(200))), "0"),
        (",".join(map(str, range(201))), "-14"),
        ("", "-14"),
        ("1,", "-14"),
        ("1,x", "-14"),
        ("1, 2", "-14"),
        ("1" * 33, "-14"),
    ],
)
def test_ids_that_are_none_or_too_many_are_refused(gateway: Gateway, msg_ids: str, status: str) -> None:
    assert get(gateway.url, "getReport", msgIds=msg_ids).json()["status"] == status


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("getReport", {"msgIds": "1"}),
        ("getSentRcd", {"startTime": "2026-11-01T00:00:00+08:00", "endTime": "2026-11-02T00:00:00+08:00"}),
    ],
)
def test_another_app_id_is_refused(gateway: Gateway, operation: str, query: dict[str, str]) -> None:
    assert get(gateway.url, operation, appId="another", **query).json()["status"] == "-1"


def test_records_list_what_has_finished_and_nothing_else(gateway: Gateway) -> None:
    msg_ids = send(gateway, ONE, FAILS, PENDING, NEVER_FOUND)
    assert records(gateway.url) == {"status": "0", "reason": "success", "success": "0", "fail": "0", "array": []}
    gateway.advance(1)
    assert records(gateway.url)["array"] == []
    gateway.advance(1)
    listed = records(gateway.url)
    assert (listed["success"], listed["fail"]) == ("1", "1")
    assert [(row["msgId"], row["status"]) for row in listed["array"]] == [(msg_ids[0], "0"), (msg_ids[1], "2")]


def test_records_are_of_the_time_in_which_messages_finished(gateway: Gateway) -> None:
    send(gateway, ONE)
    gateway.configure(clock_offset=-600)  # it finishes ten minutes ago
    gateway.deliver(ONE)
    gateway.configure(clock_offset=0)
    before = get(
        gateway.url, "getSentRcd", startTime=written(-timedelta(hours=1)), endTime=written(-timedelta(minutes=5))
    )
    after = get(gateway.url, "getSentRcd", startTime=written(-timedelta(minutes=5)), endTime=written(timedelta(0)))
    assert (len(before.json()["array"]), len(after.json()["array"])) == (1, 0)


def test_the_times_themselves_belong_to_the_window(gateway: Gateway) -> None:
    msg_ids = send(gateway, ONE)
    gateway.deliver(ONE)
    when = reports(gateway.url, *msg_ids)["array"][0]["receiveTime"]
    assert len(get(gateway.url, "getSentRcd", startTime=when, endTime=when).json()["array"]) == 1


def test_pages_are_asked_for_by_index(gateway: Gateway) -> None:
    gateway.configure(records_per_page=2)
    msg_ids = send(gateway, ONE, TWO, THREE)
    gateway.advance(2)
    pages = [[row["msgId"] for row in records(gateway.url, index)["array"]] for index in (0, 2, 3)]
    assert pages == [msg_ids[:2], msg_ids[2:], []]


def test_the_order_is_that_of_finishing(gateway: Gateway) -> None:
    msg_ids = send(gateway, ONE, TWO)
    gateway.deliver(TWO)
    gateway.deliver(ONE)
    assert [row["msgId"] for row in records(gateway.url)["array"]] == msg_ids[::-1]


@pytest.mark.parametrize("time", ["", "2026-11-01", "2026-13-01T00:00:00+08:00", "2026-11-01T00:00:00 08:00", "x"])
def test_a_time_in_another_format_is_refused(gateway: Gateway, time: str) -> None:
    response = get(gateway.url, "getSentRcd", startTime=time, endTime=written(timedelta(0)))
    assert response.json() == {"status": "-11", "reason": "wrong time format"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"startTime": written(-timedelta(days=32)), "endTime": written(timedelta(0))}, "more than 31 days"),
        ({"startTime": written(-timedelta(days=91)), "endTime": written(-timedelta(days=80))}, "longer ago"),
        ({"startTime": written(timedelta(0)), "endTime": written(-timedelta(days=1))}, "before startTime"),
        ({"startTime": written(timedelta(0))}, "lacks endTime"),
        ({"startTime": written(timedelta(0)), "endTime": written(timedelta(1)), "startIndex": "-1"}, "startIndex"),
        (
            {"startTime": written(timedelta(0)), "endTime": written(timedelta(1)), "startIndex": "9" * 5000},
            "startIndex",
        ),
    ],
)
def test_what_no_page_has_a_status_for_is_http_400(gateway: Gateway, query: dict[str, str], says: str) -> None:
    response = get(gateway.url, "getSentRcd", **query)
    assert response.status_code == 400
    assert says in response.text


def test_the_longest_and_the_oldest_window_are_allowed(gateway: Gateway) -> None:
    for start, end in ((-31, 0), (-90, -60)):
        times = {"startTime": written(timedelta(days=start)), "endTime": written(timedelta(days=end))}
        assert get(gateway.url, "getSentRcd", **times).json()["status"] == "0"


def test_what_was_accepted_is_in_the_records_though_the_response_was_lost(gateway: Gateway) -> None:
    gateway.fail_next("accept_then_drop")
    with laaffic.Client(base_url=gateway.url) as client, pytest.raises(laaffic.OutcomeUnknownError):
        client.send(ONE, "x")
    gateway.advance(2)
    [row] = records(gateway.url)["array"]
    assert (row["number"], row["status"]) == (ONE, "0")


def test_what_was_not_accepted_is_in_no_record(gateway: Gateway) -> None:
    gateway.fail_next("drop")
    with laaffic.Client(base_url=gateway.url) as client, pytest.raises(laaffic.OutcomeUnknownError):
        client.send(ONE, "x")
    gateway.advance(2)
    assert records(gateway.url)["array"] == []


@pytest.mark.parametrize(
    ("fault", "status"), [("too_frequent", "-15"), ("unlisted_status", "-99"), ("clock_skew", "-16")]
)
def test_faults_that_refuse_apply_to_queries(gateway: Gateway, fault: str, status: str) -> None:
    gateway.fail_next(fault)
    assert reports(gateway.url, "1")["status"] == status


def test_faults_of_the_content_apply_to_queries(gateway: Gateway) -> None:
    [msg_id] = send(gateway, ONE)
    gateway.deliver(ONE)
    gateway.fail_next("wrong_types")
    report = reports(gateway.url, msg_id)
    assert (report["success"], report["array"][0]["msgId"], report["array"][0]["status"]) == (1, int(msg_id), 0)
    gateway.fail_next("null_fields")
    assert records(gateway.url)["array"][0]["receiveTime"] is None
    gateway.fail_next("http_503")
    assert get(gateway.url, "getReport", msgIds=msg_id).status_code == 503
