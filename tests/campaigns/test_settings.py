"""What decides when a campaign is posted, checked and computed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from laaffic_campaigns import LedgerError
from laaffic_campaigns._protocol.pacing.settings import Hours, checked, read

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def hours(start: str, end: str) -> Hours:
    kept = checked(not_between=(start, end), zone="Europe/Berlin")

    class Kept:
        rate = stop_after = concurrency = None
        not_between = kept["not_between"]

    found = read(Kept).hours
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-02T20:59:59", "2026-03-02T20:59:59"),
        ("2026-03-02T21:00:00", "2026-03-03T09:00:00"),
        ("2026-03-03T00:00:00", "2026-03-03T09:00:00"),
        ("2026-03-03T08:59:59", "2026-03-03T09:00:00"),
        ("2026-03-03T09:00:00", "2026-03-03T09:00:00"),
        ("2026-03-28T22:00:00", "2026-03-29T09:00:00"),  # an hour is left out in that night
        ("2026-10-24T22:00:00", "2026-10-25T09:00:00"),  # and one comes twice in this
    ],
)
def test_a_night_ends_in_the_morning(now: str, opens: str) -> None:
    assert hours("21:00", "09:00").opens_at(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-02T11:59:00", "2026-03-02T11:59:00"),
        ("2026-03-02T12:00:00", "2026-03-02T14:00:00"),
        ("2026-03-02T14:00:00", "2026-03-02T14:00:00"),
    ],
)
def test_a_noon_ends_on_the_same_day(now: str, opens: str) -> None:
    assert hours("12:00", "14:00").opens_at(at(now)) == at(opens)


def test_the_zone_decides() -> None:
    tokyo = Hours(hours("21:00", "09:00").start, hours("21:00", "09:00").end, ZoneInfo("Asia/Tokyo"))
    noon_in_berlin = at("2026-03-02T14:00:00")  # 22:00 in Tokyo
    assert tokyo.opens_at(noon_in_berlin) > noon_in_berlin
    assert hours("21:00", "09:00").opens_at(noon_in_berlin) == noon_in_berlin


@pytest.mark.parametrize("seconds", range(0, 3 * 3600, 600))
def test_hours_that_end_when_clocks_are_changed_end(seconds: int) -> None:
    for night in ("2026-03-29T00:30:00", "2026-10-25T00:30:00"):
        now = at(night) + seconds
        opens = hours("00:00", "02:30").opens_at(now)
        assert now <= opens <= now + 3 * 3600


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rate": 0}, "rate must be"),
        ({"rate": True}, "rate must be"),
        ({"rate": float("nan")}, "rate must be"),
        ({"rate": "fast"}, "rate must be"),
        ({"not_between": ("21:00", "09:00")}, "needs a zone"),
        ({"not_between": ("21:00", "21:00"), "zone": "UTC"}, "two different times"),
        ({"not_between": ("9pm", "9am"), "zone": "UTC"}, "two times of day"),
        ({"not_between": ("21:00",), "zone": "UTC"}, "two times of day"),
        ({"not_between": "21:00", "zone": "UTC"}, "two times of day"),
        ({"not_between": ("21:00", "09:00"), "zone": "Mars/Base"}, "zone is not known"),
        ({"not_between": ("21:00", "09:00"), "zone": "../secret"}, "zone is not known"),
        ({"zone": "UTC"}, "no hours"),
        ({"stop_after": {"rejected": 0}}, "stop_after must be"),
        ({"stop_after": {"accepted": 0.5}}, "stop_after must be"),
        ({"stop_after": {}}, "stop_after must be"),
        ({"stop_after": 0.5}, "stop_after must be"),
        ({"concurrency": 0}, "concurrency must be"),
        ({"concurrency": 1.5}, "concurrency must be"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        checked(**given)


def test_what_is_left_out_stays_and_none_takes_away() -> None:
    assert checked() == {}
    assert checked(rate=None, stop_after=None) == {"rate": None, "stop_after": None}
