"""The benchmark's own decisions. It takes no time here: what is measured is never a test."""

import json
import socket
from typing import Any

import pytest
from bench import page, results
from bench.bodies import BODIES, KEY, SECRET, document
from bench.goals import GOALS, Goal, Judged, judged
from bench.picture import draw
from bench.raw import RawConnection
from bench.serving import upstream
from bench.wire import signed

MEASURED, PEERS = results.read(results.FULL), results.read(results.PEERS)


def _judged(sense: Any, limit: float, measured: float | None) -> Judged:
    return Judged(Goal("it", sense, limit, lambda *_: 0.0), measured)


def test_the_page_is_what_was_measured() -> None:
    assert results.PAGE.read_text(encoding="utf-8") == page.page(MEASURED, judged(MEASURED, PEERS), PEERS)


def test_the_picture_is_what_was_measured() -> None:
    assert results.PICTURE.read_text(encoding="utf-8") == draw(MEASURED, judged(MEASURED, PEERS))


def test_the_readme_quotes_what_was_measured() -> None:
    readme = results.README.read_text(encoding="utf-8")
    assert page.into_readme(readme, MEASURED, judged(MEASURED, PEERS)) == readme
    assert readme.count(page.BEGIN) == readme.count(page.END) == 1


def test_every_goal_was_measured() -> None:
    assert [goal.goal.about for goal in judged(MEASURED, PEERS) if goal.measured is None] == []
    assert set(page.QUOTED) <= {goal.about for goal in GOALS}


def test_every_goal_that_is_missed_says_why() -> None:
    missed = [goal.goal for goal in judged(MEASURED, PEERS) if goal.missed_by > 0]
    assert [goal.about for goal in missed if not goal.why_missed] == []


@pytest.mark.parametrize(
    ("sense", "limit", "measured", "verdict"),
    [
        ("at most", 1.15, 1.15, "met"),
        ("at most", 1.15, 1.3, "missed by 0.15"),
        ("at least", 0.5, 0.5, "met"),
        ("at least", 0.5, 0.2, "missed by 0.30"),
        ("exactly", 64, 64, "met"),
        ("exactly", 64, 60, "missed by 4"),
        ("at most", 1, None, "not measured"),
    ],
)
def test_a_verdict_says_by_how_much(sense: str, limit: float, measured: float | None, verdict: str) -> None:
    assert _judged(sense, limit, measured).verdict == verdict


@pytest.mark.parametrize("name", BODIES)
def test_the_upstream_answers_correctly(name: str) -> None:
    body = BODIES[name]
    request = signed(json.dumps(document(body)).encode(), KEY, SECRET)
    with upstream() as server, RawConnection(server.port) as connection:
        for _ in range(2):  # the second answer comes from what it keeps
            answer = json.loads(connection.exchange(request))
            assert answer["status"] == "0"
            listed = [(entry["number"], entry["orderId"]) for entry in answer["array"]]
            assert listed == [(number, order_id) for number, _, order_id in body.rows]
            assert answer["success"] == str(len(body.rows))


def test_the_upstream_ends_with_its_use() -> None:
    with upstream() as server:
        port = server.port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1)
