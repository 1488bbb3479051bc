"""The messages over HTTP: found, shown, deleted and downloaded."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

import laaffic
from laaffic_mock import Gateway
from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock.gateway.desk.parts import measure
from mock.asked import inspect, send, signed

ONE, TWO, THREE = "99955500001", "99955500002", "99955599903"


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


@pytest.fixture
def sent(gateway: Gateway) -> list[Any]:
    """Send three messages, of which one fails, and return them as they are listed."""
    with laaffic.Client(SAMPLE_KEY, SAMPLE_SECRET, SAMPLE_APP, base_url=gateway.url) as client:
        client.send(ONE, "Your Code is 4711", order_id="Order-1")
        client.send(TWO, "Привет", sender_id="ACME", order_id="order-2")
        client.send(THREE, "Codes 123-456 and 0815", order_id="other")
    gateway.deliver(TWO, failed=True, reason="REJECTD")
    messages: list[Any] = inspect(gateway.url, "messages")["messages"]
    return messages


def found(gateway: Gateway, query: str) -> list[str]:
    """Return the numbers of the messages that are listed for a query."""
    page = inspect(gateway.url, f"messages?{query}")
    assert page["total"] == len(page["messages"])
    return [message["number"] for message in page["messages"]]


def test_a_message_tells_how_it_is_sent(sent: list[Any]) -> None:
    first, second, third = sent
    assert (first["encoding"], first["segments"], first["characters_left"]) == ("GSM-7", 1, 143)
    assert (second["encoding"], second["segments"], second["characters_left"]) == ("UCS-2", 1, 64)
    assert (first["codes"], third["codes"]) == (["4711"], ["123456", "0815"])
    assert (second["state"], second["reason"]) == ("failed", "REJECTD")
    assert second["received_at"] >= second["accepted_at"] > 1_700_000_000
    assert first["received_at"] is None


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [ONE, TWO, THREE]),
        ("q=code", [ONE, THREE]),
        ("q=ПРИВЕТ", [TWO]),
        ("q=ORDER-", [ONE, TWO]),
        ("q=599", [THREE]),
        ("q=%2B999 555-999", [THREE]),
        ("q=nothing", []),
        (f"number={ONE}", [ONE]),
        ("state=failed", [TWO]),
        ("state=queued", [ONE, THREE]),
        (f"q=code&number={THREE}", [THREE]),
    ],
)
@pytest.mark.usefixtures("sent")
def test_messages_are_found(gateway: Gateway, query: str, numbers: list[str]) -> None:
    assert found(gateway, query) == numbers


def test_messages_are_found_by_id_and_after_one(gateway: Gateway, sent: list[Any]) -> None:
    assert found(gateway, f"q={sent[1]['msg_id']}") == [TWO]
    assert found(gateway, f"after={sent[0]['msg_id']}") == [TWO, THREE]
    assert found(gateway, f"after={sent[2]['msg_id']}") == []


@pytest.mark.parametrize("query", ["state=lost", "after=x", "offset=-1", "limit=10001", "sate=failed"])
def test_what_cannot_be_looked_for_is_refused(gateway: Gateway, query: str) -> None:
    assert httpx2.get(f"{gateway.url}/_mock/messages?{query}", trust_env=False).status_code == 400


def test_the_latest_one_is_shown(gateway: Gateway, sent: list[Any]) -> None:
    assert inspect(gateway.url, "messages/latest")["message"] == sent[2]
    assert inspect(gateway.url, f"messages/latest?number={ONE}")["message"] == sent[0]
    assert inspect(gateway.url, "messages/latest?number=99955599999")["message"] is None


@pytest.mark.usefixtures("sent")
def test_codes_are_listed(gateway: Gateway) -> None:
    assert inspect(gateway.url, "codes") == {"codes": ["4711", "123456", "0815"]}
    assert inspect(gateway.url, f"codes?number={ONE}") == {"codes": ["4711"]}


def test_one_is_deleted(gateway: Gateway, sent: list[Any]) -> None:
    assert inspect(gateway.url, f"messages?msg_id={sent[0]['msg_id']}", "DELETE") == {"deleted": 1}
    assert found(gateway, "") == [TWO, THREE]
    assert inspect(gateway.url, f"messages?msg_id={sent[0]['msg_id']}", "DELETE") == {"deleted": 0}


@pytest.mark.usefixtures("sent")
def test_what_was_found_is_deleted(gateway: Gateway) -> None:
    assert inspect(gateway.url, "messages?q=code", "DELETE") == {"deleted": 2}
    assert found(gateway, "") == [TWO]


@pytest.mark.usefixtures("sent")
def test_all_are_deleted_and_nothing_else(gateway: Gateway) -> None:
    assert inspect(gateway.url, "messages", "DELETE") == {"deleted": 3}
    page = inspect(gateway.url, "messages")
    assert (page["accepted"], page["let_go"], page["total"], page["messages"]) == (3, 0, 0, [])
    gateway.assert_not_sent()
    assert gateway.requests == 3


@pytest.mark.parametrize("query", ["msg_id=1&q=x", "state=failed", "number=1&x=1", "number=", "q=", "msg_id="])
@pytest.mark.usefixtures("sent")
def test_a_doubtful_deletion_deletes_nothing(gateway: Gateway, query: str) -> None:
    headers = {"X-Laaffic-Mock": "1"}
    refused = httpx2.delete(f"{gateway.url}/_mock/messages?{query}", headers=headers, trust_env=False)
    assert refused.status_code == 400
    assert len(gateway.messages) == 3


def test_no_page_can_delete(gateway: Gateway, sent: list[Any]) -> None:
    assert httpx2.delete(f"{gateway.url}/_mock/messages", trust_env=False).status_code == 403
    assert found(gateway, "") == [message["number"] for message in sent]


def test_what_is_deleted_does_not_finish_and_is_in_no_report(gateway: Gateway, sent: list[Any]) -> None:
    inspect(gateway.url, "messages", "DELETE")
    gateway.advance(10)
    query = {"appId": SAMPLE_APP, "msgIds": sent[0]["msg_id"]}
    report = httpx2.get(f"{gateway.url}/v3/getReport", params=query, headers=signed(), trust_env=False).json()
    assert (report["nofound"], report["array"]) == ("1", [])


def test_it_is_downloaded_as_json(gateway: Gateway, sent: list[Any]) -> None:
    file = httpx2.get(f"{gateway.url}/_mock/messages.json", trust_env=False)
    assert file.headers["content-disposition"] == 'attachment; filename="laaffic-messages.json"'
    assert file.json() == sent
    found_ones = httpx2.get(f"{gateway.url}/_mock/messages.json?q=code&state=queued", trust_env=False)
    assert found_ones.json() == [sent[0], sent[2]]
    assert httpx2.get(f"{gateway.url}/_mock/messages.json?q=nothing", trust_env=False).json() == []


def test_it_is_downloaded_as_csv(gateway: Gateway, sent: list[Any]) -> None:
    file = httpx2.get(f"{gateway.url}/_mock/messages.csv?number={TWO}", trust_env=False)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["msg_id"], row["number"], row["content"]) == (sent[1]["msg_id"], TWO, "Привет")
    assert (row["state"], row["reason"], row["encoding"]) == ("failed", "REJECTD", "UCS-2")


FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "a;=1", "a\n=1", "\uff1d1", "a\t=1", "a\r=1", 'a;"=1;']


def test_a_spreadsheet_has_nothing_to_calculate(gateway: Gateway) -> None:
    for formula in FORMULAS:
        send(gateway.url, {"content": formula})
    file = httpx2.get(f"{gateway.url}/_mock/messages.csv", trust_env=False).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file, newline="")))
    for row, formula in zip(rows, FORMULAS, strict=True):
        assert row["content"] != formula
        assert row["content"].replace("'", "") == formula


def test_what_is_no_formula_stays_as_it_is(gateway: Gateway) -> None:
    send(gateway.url, {"content": "a = b; c - d\t\te"})
    file = httpx2.get(f"{gateway.url}/_mock/messages.csv", trust_env=False).content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(file)))["content"] == "a = b; c - d\t\te"


def test_many_are_downloaded_whole(gateway: Gateway) -> None:
    send(gateway.url, {"numbers": ",".join([ONE] * 1000)})
    assert len(json.loads(httpx2.get(f"{gateway.url}/_mock/messages.json", trust_env=False).text)) == 1000


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "left"),
    [
        ("", "GSM-7", 1, 160),
        ("x" * 160, "GSM-7", 1, 0),
        ("x" * 161, "GSM-7", 2, 145),
        ("€" * 80, "GSM-7", 1, 0),
        ("x" * 152 + "€" + "x" * 10, "GSM-7", 2, 141),
        ("я" * 70, "UCS-2", 1, 0),
        ("я" * 71, "UCS-2", 2, 63),
        ("😀" * 35, "UCS-2", 1, 0),
    ],
)
def test_what_is_left_in_the_last_segment(text: str, encoding: str, segments: int, left: int) -> None:
    assert measure(text) == (encoding, segments, left)
