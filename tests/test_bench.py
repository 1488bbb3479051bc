"""The benchmark's own decisions. It takes no time here: what is measured is never a test."""

import csv
import http.client
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bench.figures import results
from bench.figures.goals import CAMPAIGNS, CELERY, ON_SQLITE, Goal, Judged, judged
from bench.figures.page import page
from bench.ledgers.people import TEMPLATE, write_csv
from bench.ledgers.upstream import off_by, per_second
from bench.sending.bodies import BODIES, PATH, document, signed_headers
from bench.sending.raw import RawConnection
from bench.started.server import arrivals, counts, server

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


def test_what_a_machine_cannot_measure_has_no_goal_but_a_reason() -> None:
    found = {"measured_on": {}, "tables": {CAMPAIGNS: {}}, "left_out": {CELERY: "needs a broker"}}
    goals = [each.goal.row for each in judged(found, {})]
    assert ON_SQLITE in goals
    assert CELERY not in goals
    assert f"Not measured: {CELERY}, which needs a broker." in page(found, {})


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


@pytest.mark.parametrize(("measured", "verdict"), [(60_000, "met"), (70_000.5, "met"), (58_000, "missed by 2,000")])
def test_a_lower_limit_is_missed_by_less(measured: float, verdict: str) -> None:
    assert Judged(Goal("it", 60_000, lambda *_: 0.0, at_least=True), measured).verdict == verdict


def test_the_worst_window_is_found() -> None:
    steady = [(0.25 * count, 125) for count in range(81)]
    burst = [*steady[:60], (15.0, 500), *steady[60:]]
    assert off_by(steady, 500, 10) == 0
    assert off_by(burst, 500, 10) == pytest.approx(0.1)
    assert per_second(steady) == 500


def test_server_gives_everybody_a_message_id_of_its_own() -> None:
    with server(unseen=True) as url, RawConnection(url) as connection:
        found = [json.loads(connection.post(json.dumps(document(BODIES["i1000"])).encode())) for _ in range(2)]
        msg_ids = {entry["msgId"] for response in found for entry in response["array"]}
        assert len(msg_ids) == 2000
        assert {len(msg_id) for msg_id in msg_ids} == {19}
        assert [recipients for _, recipients in arrivals(url)] == [1000, 1000]
        assert arrivals(url) == []


def test_texts_of_a_campaign_have_about_80_characters(tmp_path: Path) -> None:
    write_csv(tmp_path / "people.csv", 1000)
    with (tmp_path / "people.csv").open(newline="") as file:
        lengths = [len(TEMPLATE.format(**record)) for record in csv.DictReader(file)]
    assert len(lengths) == 1000
    assert 79 < sum(lengths) / 1000 < 81


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
