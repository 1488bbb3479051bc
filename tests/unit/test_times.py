"""The times that a query is about."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic._model.times import check_span, on_the_wire, windows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = ("start", "end")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (NOW.replace(tzinfo=None), NOW, "start: the datetime has no time zone"),
        (NOW, NOW.replace(tzinfo=None), "end: the datetime has no time zone"),
        (NOW, NOW - timedelta(seconds=1), "start is after end"),
        (NOW - timedelta(days=90, seconds=1), NOW, "start is more than 90 days ago"),
        ("2026-11-24", NOW, "start: expected a datetime with a time zone, got str"),
        (NOW, NOW.timestamp(), "end: expected a datetime with a time zone, got float"),
        (NOW.date(), NOW, "start: expected a datetime with a time zone, got date"),
        (NOW, NOW + timedelta(days=367), "end is more than 366 days ahead"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=5))), NOW, "start is in the year 1"),
        (NOW, datetime.max.replace(tzinfo=UTC), "end is in the year 9999"),
    ],
)
def test_what_cannot_be_asked_about_is_refused(start: object, end: object, words: str) -> None:
    with pytest.raises(laaffic.InvalidTimeError, match=words):
        check_span(start, end, NOW, names=NAMES)


def test_ninety_days_can_be_asked_about() -> None:
    assert check_span(NOW - timedelta(days=90), NOW, NOW, names=NAMES) == (NOW - timedelta(days=90), NOW)


@given(
    st.datetimes((NOW - timedelta(days=89)).replace(tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=95)),
)
def test_windows_leave_no_moment_out(start: datetime, span: timedelta) -> None:
    parts = list(windows(start, start + span))
    assert parts[0][0] <= start
    assert parts[-1][1] >= start + span
    assert all(first <= last and last - first <= timedelta(days=31) for first, last in parts)
    # The ends may belong to no window, so the next one begins before the end.
    assert all(after[0] < before[1] for before, after in pairwise(parts))
    assert len(parts) <= span / timedelta(days=31) + 2


def test_a_time_is_written_as_on_the_pages() -> None:
    at = datetime(2021, 2, 11, 16, tzinfo=UTC)
    assert on_the_wire(at) == on_the_wire(at.astimezone(timezone(timedelta(hours=-3)))) == "2021-02-12T00:00:00+08:00"
