"""The kill suite, short: what `make soak-campaigns` does for long."""

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kills.gateway import Gateway
from kills.judge import Figures, judge, judge_found
from kills.kinds import KINDS, run, why_not
from laaffic_campaigns import Outcome

pytestmark = pytest.mark.usefixtures("unmeasured")
SEED = int(os.environ.get("LAAFFIC_KILLS_SEED", "1"))
KILLS, CHUNKS = 3, 80


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_gets_it_twice_and_nobody_is_lost_whatever_is_done_to_them(kind: str) -> None:
    if (why := why_not(kind)) is not None:
        pytest.skip(why)
    print(f"to replay: LAAFFIC_KILLS_SEED={SEED}")  # pytest shows it with a failure
    figures = run(kind, KILLS, CHUNKS, SEED)
    assert figures.sound, figures.breaches
    assert figures.done["kills"] >= KILLS
    assert figures.recipients >= CHUNKS * 8


def outcome(number: str, state: str) -> Outcome:
    return Outcome("spring", 0, number, None, f"k-0-{number}", state, None, None, None, 1.0)


@pytest.mark.parametrize(
    ("states", "posted", "breach"),
    [
        (["accepted"], 2, "twice"),
        ([], 0, "lost"),
        (["to_go"], 0, "lost"),
        (["accepted", "accepted"], 1, "told twice"),
        (["rejected"], 1, "accepted, called not"),
        (["accepted"], 0, "called accepted, not"),
        (["unknown"], 1, "unknown for no reason"),
    ],
)
def test_the_judge_sees(states: Sequence[str], posted: int, breach: str) -> None:
    book, figures = Gateway(1), Figures("any", 1)
    book.accepted["99900000001"] = posted
    book.texts["99900000001"] = "Hello"
    outcomes = [outcome("99900000001", state) for state in states]
    judge(figures, outcomes, {"99900000001": "Hello"}, book, set())
    assert figures.breaches[breach] == ["99900000001"]


@pytest.mark.parametrize(
    ("before", "after", "msg_id", "posted", "breach"),
    [
        ("rejected", "accepted", "209990000001", 1, "changed, not unknown"),
        ("unknown", "accepted", "210899900000001", 0, "found, not accepted"),
        ("unknown", "rejected", None, 1, "found, not accepted"),
        ("unknown", "accepted", "m1", 1, "found, another id"),
    ],
)
def test_the_judge_sees_what_is_found_wrongly(
    before: str, after: str, msg_id: str | None, posted: int, breach: str
) -> None:
    book, figures = Gateway(1), Figures("any", 1)
    book.accepted["99900000001"] = posted
    was, found = outcome("99900000001", before), replace(outcome("99900000001", after), msg_id=msg_id)
    judge_found(figures, [was], [found], book)
    assert figures.breaches[breach] == ["99900000001"]


def test_the_judge_finds_nothing_where_all_is_well() -> None:
    book, figures = Gateway(1), Figures("any", 1)
    book.accepted["99900000001"] = 1
    book.texts["99900000001"] = "Hello"
    in_flight = {"k-0-99900000002"}
    outcomes = [outcome("99900000001", "accepted"), outcome("99900000002", "unknown")]
    judge(figures, outcomes, {"99900000001": "Hello", "99900000002": "Hello"}, book, in_flight)
    assert figures.sound
    assert (figures.unknown, figures.recipients) == (1, 2)
