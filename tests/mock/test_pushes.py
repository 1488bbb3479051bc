"""Reports are pushed to a URL or a function, in the shapes of the contract; one that fails is shown, not repeated."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from openapi_schema_validator import OAS31Validator

import laaffic
from laaffic_mock import Gateway, GatewayError, RemoteGateway
from laaffic_mock.gateway.contract import load_contract
from laaffic_mock.gateway.delivery.reports import ODD, PLAIN, Told, report_of, shapes_of
from mock.asked import inspect
from support.server import Server, answer, drop, silence

ONE, TWO = "99955500001", "99955500002"
TWICE = "99900400005"
SPEC = yaml.safe_load(Path(laaffic.__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))
TOLD = Told("app", "2611300250360000001", ONE, "7", failed=False, reason=None, received_at=1_613_093_403.5, segments=2)


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


def send(gateway: RemoteGateway, *numbers: str, order_ids: list[str] | None = None) -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        client.send_batch([laaffic.Message(list(numbers or [ONE]), "x", order_ids=order_ids)])


def test_a_function_gets_each_report(gateway: Gateway) -> None:
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append)
    send(gateway, ONE, TWO, order_ids=["a", "b"])
    gateway.deliver(TWO, failed=True, reason="REJECTD")
    gateway.advance(2)
    assert gateway.wait_for_pushes()["pushed"] == 2
    first, second = gateway.messages
    told = [(report["msgid"], report["mobile"], report["status"], report["reason"]) for report in reports]
    assert told == [(second.msg_id, TWO, 1, "REJECTD"), (first.msg_id, ONE, 0, "0")]
    assert [report["orderId"] for report in reports] == ["b", "a"]
    assert first.received_at is not None
    assert reports[1]["timestamp"] == int(first.received_at.timestamp() * 1000)


def test_a_url_gets_them_as_json(gateway: Gateway) -> None:
    with Server([answer({})]) as application:
        gateway.push_reports_to(f"{application.url}/reports?key=1")
        send(gateway)
        gateway.deliver(ONE)
        gateway.wait_for_pushes()
        [post] = application.posts
    assert post.head.startswith("POST /reports?key=1 HTTP/1.1")
    assert post.headers["content-type"] == "application/json"
    assert post.json()["mobile"] == ONE


def test_a_url_without_a_path_is_that_of_the_root(gateway: Gateway) -> None:
    with Server([answer({})]) as application:
        gateway.push_reports_to(f"{application.url}?key=1")
        send(gateway)
        gateway.deliver(ONE)
        gateway.wait_for_pushes()
        [post] = application.posts
    assert post.head.startswith("POST /?key=1 HTTP/1.1")


def test_what_had_finished_before_is_not_told(gateway: Gateway) -> None:
    send(gateway)
    gateway.deliver(ONE)
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append)
    send(gateway, TWO)
    gateway.deliver(TWO)
    gateway.wait_for_pushes()
    assert [report["mobile"] for report in reports] == [TWO]


def test_one_number_is_reported_twice(gateway: Gateway) -> None:
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append, shapes="odd")
    send(gateway, TWICE)
    gateway.advance(2)
    gateway.wait_for_pushes()
    assert len(reports) == 2
    assert reports[0] == reports[1]


def test_time_alone_makes_reports_come() -> None:
    came = threading.Event()
    with Gateway(deliver_after=0.05) as gateway:
        gateway.push_reports_to(lambda _: came.set())
        send(gateway)
        assert came.wait(30)  # though nobody asks


def test_they_come_again_when_the_clock_is_let_go(gateway: Gateway) -> None:
    came = threading.Event()
    gateway.configure(deliver_after=0.05)
    gateway.push_reports_to(lambda _: came.set())
    send(gateway)
    gateway.configure(held=False)
    assert came.wait(30)


def test_a_gateway_can_push_from_the_beginning_and_again_once_emptied() -> None:
    with Server([answer({})]) as application, Gateway(push_to=application.url, deliver_after=0) as gateway:
        for _ in range(2):
            send(gateway)
            gateway.wait_for_pushes()
            gateway.clear()
        assert len(application.posts) == 2


@pytest.mark.parametrize(
    ("action", "why"),
    [(answer({}, status=500), "HTTP 500"), (answer({}, status=302), "HTTP 302"), (drop, "RemoteDisconnected")],
)
def test_a_push_that_fails_is_logged_and_shown_and_not_repeated(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, action: Any, why: str
) -> None:
    with Server([action, answer({})]) as application:
        gateway.push_reports_to(f"{application.url}/secret-path")
        send(gateway, ONE, TWO)
        gateway.advance(2)
        pushes = gateway.wait_for_pushes()
        assert len(application.posts) == 2
    assert (pushes["pushed"], pushes["failed"]) == (1, 1)
    msg_id = gateway.messages[0].msg_id
    assert pushes["failures"] == [{"msg_id": msg_id, "why": why}]
    assert pushes["to"] == application.url
    [record] = [record for record in caplog.records if record.name == "laaffic_mock"]
    assert record.levelno == logging.WARNING
    assert record.getMessage() == f"the report of message {msg_id} was not taken at {application.url}: {why}"


def test_what_a_function_raises_is_a_push_that_failed(gateway: Gateway) -> None:
    def fail(_: dict[str, Any]) -> None:
        raise ValueError

    gateway.push_reports_to(fail)
    send(gateway)
    gateway.deliver(ONE)
    assert gateway.wait_for_pushes()["failures"][0]["why"] == "HTTP 500"


def test_a_receiver_that_does_not_respond_holds_up_neither_requests_nor_the_end() -> None:
    with Server([silence]) as application, Gateway(push_to=application.url, deliver_after=0) as gateway:
        send(gateway, ONE, TWO)
        send(gateway)
        assert gateway.pushes["waiting"] == 3
        with pytest.raises(AssertionError, match="3 reports still wait to be pushed after 0 seconds"):
            gateway.wait_for_pushes(timeout=0)


def test_nothing_is_left_after_the_end() -> None:
    before = set(threading.enumerate())
    with Gateway(deliver_after=0) as gateway:
        gateway.push_reports_to(lambda _: None)
        send(gateway)
        gateway.wait_for_pushes()
        assert len(set(threading.enumerate()) - before) > 1
    left = [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]
    for thread in left:
        thread.join(30)
    assert not any(thread.is_alive() for thread in left)


@pytest.mark.parametrize("stop", ["none", "clear"])
def test_they_can_be_stopped(gateway: Gateway, stop: str) -> None:
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append)
    if stop == "clear":
        gateway.clear()
    else:
        gateway.push_reports_to(None)
    send(gateway)
    gateway.deliver(ONE)
    assert gateway.wait_for_pushes()["to"] is None
    assert reports == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.com/reports", "only if it is allowed: push to 127.0.0.1"),
        ("http://127.0.0.1.example.com/", "only if it is allowed"),
        ("http://[2001:db8::1]/", "only if it is allowed"),
        ("http://user@example.com:80/", "only if it is allowed"),
        ("ftp://127.0.0.1/", "no address"),
        ("127.0.0.1:8000", "no address"),
        ("http://127.0.0.1:x/", "no address"),
        ("http://127.0.0.1/a b", "no address"),
        ("http://127.0.0.1/\r\nX: 1", "no address"),
        ("http://", "no address"),
        ("", "at least one character"),
    ],
)
def test_reports_are_pushed_to_loopback_only(gateway: Gateway, url: str, says: str) -> None:
    with pytest.raises(GatewayError, match=says):
        gateway.push_reports_to(url)
    if url:
        with pytest.raises(GatewayError, match=says):
            Gateway(push_to=url)
    assert gateway.pushes["to"] is None


def test_or_to_a_host_that_is_allowed() -> None:
    with Gateway(allow_hosts=["shop"]) as gateway:
        gateway.push_reports_to("http://shop:8000/reports")
        assert gateway.pushes["to"] == "http://shop:8000"


def test_shapes_that_there_are_not_are_an_error_that_leaves_nothing_behind(gateway: Gateway) -> None:
    before = set(threading.enumerate())
    with pytest.raises(GatewayError, match="shapes is plain or odd"):
        gateway.push_reports_to(print, shapes="square")
    assert set(threading.enumerate()) == before


def test_a_page_that_does_not_know_the_path_tells_a_function_nothing(gateway: Gateway) -> None:
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append)
    response = httpx2.post(f"{gateway.pushes['to']}/", json={"msgid": "1", "status": 0}, trust_env=False)
    assert response.status_code == 404
    assert reports == []


def shaped(wanted: str, count: int = 4) -> list[dict[str, Any]]:
    """Return reports of one message, in the shapes that come one after the other."""
    shapes = shapes_of(load_contract().pushed_reports, wanted)
    return [report_of(TOLD, next(shapes)) for _ in range(count)]


def test_a_plain_report_has_everything() -> None:
    assert (
        shaped(PLAIN)[:2]
        == [
            {
                "appId": "app",
                "msgid": "2611300250360000001",
                "mobile": ONE,
                "status": 0,
                "reason": "0",
                "timestamp": 1_613_093_403_500,
                "orderId": "7",
                "mcc": "404",
                "mnc": "45",
                "pricedetail": {"pay": "0.020000", "chargeCnt": 2, "currency": "XXX", "price": "0.020000"},
            }
        ]
        * 2
    )


def test_odd_reports_have_the_shapes_of_the_contracts_examples() -> None:
    reports = shaped(ODD)
    examples = SPEC["webhooks"]["deliveryReport"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert [set(report) for report in reports] == [set(example["value"]) for example in examples.values()]
    assert [report.get("orderId", report.get("orderId ")) for report in reports] == ["7", 7, "7", None]
    assert reports[-1] == {"msgid": "2611300250360000001", "status": 0}


@pytest.mark.parametrize("report", [*shaped(PLAIN, 1), *shaped(ODD)], ids=lambda report: str(len(report)))
def test_each_shape_holds_the_contract(report: dict[str, Any]) -> None:
    reference = {"$ref": "#/components/schemas/PushedReport", "components": SPEC["components"]}
    OAS31Validator(reference).validate(json.loads(json.dumps(report)))


@pytest.mark.parametrize("order_id", ["a", "007", "9" * 19, "-1", "\u0667"])
def test_an_order_id_that_is_no_plain_number_stays_as_it_is(order_id: str) -> None:
    shape = next(shape for shape in load_contract().pushed_reports if isinstance(shape.get("orderId"), int))
    assert report_of(TOLD._replace(order_id=order_id), shape)["orderId"] == order_id


def test_without_an_order_id_there_is_none_in_the_report() -> None:
    for shape in load_contract().pushed_reports:
        assert not {"orderId", "orderId "} & set(report_of(TOLD._replace(order_id=None), shape))


def test_each_push_is_in_the_log(gateway: Gateway) -> None:
    taken: list[dict[str, Any]] = []
    gateway.push_reports_to(taken.append)
    send(gateway)
    gateway.deliver(ONE)
    gateway.wait_for_pushes()
    [entry] = inspect(gateway.url, "pushes/log")["pushes"]
    assert (entry["msg_id"], entry["why"], entry["report"]) == (gateway.messages[0].msg_id, None, taken[0])
    assert entry["to"].startswith("http://127.0.0.1:")
    gateway.clear()
    assert inspect(gateway.url, "pushes/log") == {"pushes": []}


def test_one_that_was_not_taken_is_in_the_log_with_the_reason(gateway: Gateway) -> None:
    with Server([answer({}, status=500)]) as application:
        gateway.push_reports_to(application.url)
        send(gateway)
        gateway.deliver(ONE)
        gateway.wait_for_pushes()
    [entry] = inspect(gateway.url, "pushes/log")["pushes"]
    assert entry["why"] == "HTTP 500"


def test_a_report_is_pushed_again(gateway: Gateway) -> None:
    reports: list[dict[str, Any]] = []
    gateway.push_reports_to(reports.append)
    send(gateway)
    gateway.deliver(ONE)
    inspect(gateway.url, "pushes/again", "POST", {"msg_id": gateway.messages[0].msg_id})
    assert gateway.wait_for_pushes()["pushed"] == 2
    assert reports[0] == reports[1]


def again(gateway: Gateway, msg_id: object) -> str:
    """Return why a report is not pushed again."""
    headers, body = {"X-Laaffic-Mock": "1"}, {"msg_id": msg_id}
    refused = httpx2.post(f"{gateway.url}/_mock/pushes/again", headers=headers, json=body, trust_env=False)
    assert refused.status_code == 400
    return str(refused.json()["error"])


def test_what_has_no_report_is_not_pushed_again_and_why_is_told(gateway: Gateway) -> None:
    send(gateway)
    msg_id = gateway.messages[0].msg_id
    assert "no report yet" in again(gateway, msg_id)
    gateway.deliver(ONE)
    assert "pushed nowhere" in again(gateway, msg_id)
    assert "no message of this id" in again(gateway, "1")
    assert "is a string" in again(gateway, None)
