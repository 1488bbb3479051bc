"""The benchmark's own decisions. It takes no time here: what is measured is never a test."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest
from bench import results
from bench.bodies import BODIES, PATH, document, signed_headers
from bench.goals import Goal, Judged, judged
from bench.page import page
from bench.raw import RawConnection
from bench.server import counts, server

MEASURED, PEERS = results.read(results.FULL), results.read(results.PEERS_FILE)
JUDGED = judged(MEASURED, PEERS) if MEASURED else []  # before the first `make bench` there is nothing to check


def test_page_shows_the_results() -> None:
    assert results.PAGE.read_text(encoding="utf-8") == page(MEASURED, PEERS)


def test_every_goal_was_measured() -> None:
    assert [each.goal.about for each in JUDGED if each.measured is None] == []


def test_every_missed_goal_says_why() -> None:
    assert [each.goal.about for each in JUDGED if each.missed and not each.goal.why_missed] == []


def test_goals_without_results_are_not_measured() -> None:
    assert {each.verdict for each in judged({}, {})} == {"not measured"}


@pytest.mark.parametrize(
    ("limit", "measured", "verdict"),
    [
        (1.15, 1.15, "met"),
        (1.15, 1.154, "met"),
        (1.15, 1.3, "missed by 0.15"),
        (25, 24, "met"),
        (1, None, "not measured"),
    ],
)
def test_verdict_says_by_how_much(limit: float, measured: float | None, verdict: str) -> None:
    assert Judged(Goal("it", limit, lambda *_: 0.0), measured).verdict == verdict


@pytest.mark.parametrize("name", BODIES)
def test_server_accepts_everybody(name: str) -> None:
    body = BODIES[name]
    with server() as url, RawConnection(url) as connection:
        for _ in range(2):  # the second response is a cached one
            response = json.loads(connection.post(json.dumps(document(body)).encode()))
            assert response["status"] == "0"
            listed = [(entry["number"], entry["orderId"]) for entry in response["array"]]
            assert listed == [(number, order_id) for number, _, order_id in body.rows]
            assert response["success"] == str(len(body.rows))


def test_server_counts_what_was_sent() -> None:
    content = json.dumps(document(BODIES["n1000"]))
    with server(delay=0.001) as url:
        for _ in range(2):
            connection = http.client.HTTPConnection(urlsplit(url).netloc)
            connection.request("POST", PATH, content, signed_headers())
            assert connection.getresponse().read()
            connection.close()
        assert counts(url) == {"connections": 2, "requests": 2, "recipients": 2000}


def test_server_ends_with_its_use() -> None:
    with server() as url:
        port = urlsplit(url).port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1)
