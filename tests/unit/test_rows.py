"""Rows: read by columns, they give what a Message for each row would, and refuse what it would."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import laaffic
from laaffic import Rows
from laaffic._batch.batch import Batch, MessageBatch
from laaffic._batch.ids import Ids
from laaffic._batch.rows import RowBatch, _plain_columns, batch_of
from laaffic._batch.splitter import Splitter
from laaffic._model.rows import kept

NUMBERS: st.SearchStrategy[Any] = st.sampled_from(
    ["99900000001", "99900000002", "+999 0000 0003", " 99900000004", "0999", "", "99900000001,99900000002", 999, None]
)
GOOD_NUMBERS: st.SearchStrategy[Any] = st.sampled_from(["99900000001", "99900000002"])
TEXTS: st.SearchStrategy[Any] = st.sampled_from(
    ["hello", " ", "", "x" * 1024, "x" * 1025, "\u4f60\u597d", "\ud800", "\u2003", 7, None, b"x"]
)
GOOD_TEXTS: st.SearchStrategy[Any] = st.sampled_from(["hello", "x" * 1024, " hello ", "\u4f60\u597d"])
IDS: st.SearchStrategy[Any] = st.sampled_from(
    ["a", "b-1", " c ", " ", "", "a,b", "\u2003", "\ud800", "\u00fc", 5, None]
)
GOOD_IDS: st.SearchStrategy[Any] = st.sampled_from(["a", "b-1", "\u00fc"])
ROWS = st.one_of(
    st.tuples(GOOD_NUMBERS, GOOD_TEXTS),
    st.tuples(GOOD_NUMBERS, GOOD_TEXTS, GOOD_IDS),
    st.tuples(GOOD_NUMBERS, GOOD_TEXTS, st.none()),
    st.tuples(NUMBERS, TEXTS, IDS),
    st.lists(NUMBERS | TEXTS, max_size=4),
    st.sampled_from(["ab", {"99900000001": 1, "b": 2}, None, 5, b"ab", {"99900000001", "99900000002"}]),
)
SAME_SHAPE = st.one_of(
    st.lists(st.tuples(GOOD_NUMBERS, GOOD_TEXTS), max_size=4),
    st.lists(st.tuples(GOOD_NUMBERS, GOOD_TEXTS, GOOD_IDS), max_size=4),
    st.lists(st.tuples(NUMBERS, GOOD_TEXTS, GOOD_IDS), max_size=4),
    st.lists(st.tuples(GOOD_NUMBERS, TEXTS, GOOD_IDS), max_size=4),
    st.lists(st.tuples(GOOD_NUMBERS, GOOD_TEXTS, IDS), max_size=4),
)


def batch(rows: Any, sender_id: str | None = None) -> Batch:
    """Make a batch of rows, as a send does."""
    return batch_of([kept(row) for row in rows], 0, sender_id, report=False, ids=Ids(seed=1))


def as_messages(rows: list[Any]) -> MessageBatch | tuple[int, str]:
    """Make a Message of each row, and return them; or the place and the field of the first that is refused."""
    messages = MessageBatch(ids=Ids(seed=1))
    for index, row in enumerate(rows):
        if not isinstance(row, tuple | list) or len(row) not in {2, 3}:
            return index, "row"
        number, content, *more = row
        try:
            messages.add(laaffic.Message([number], content, "ACME", None if more in ([], [None]) else more), index)
        except laaffic.InvalidMessageError as error:
            return index, error.field
    return messages


@given(st.lists(ROWS, max_size=5) | SAME_SHAPE)
@example([("99900000001", "x", " "), ("99900000002", "x", " ")])
@example([("99900000001,99900000002", "x"), ("99900000003", "x")])
@example([("99900000001", "x"), "ab"])
def test_rows_give_what_messages_would(rows: list[Any]) -> None:
    expected = as_messages(rows)
    if isinstance(expected, tuple):
        with pytest.raises(laaffic.InvalidMessageError) as caught:
            batch(rows, "ACME")
        assert (caught.value.message_index, caught.value.field) == expected
        assert len(caught.value.result.not_sent) == len(caught.value.result.recipients) == len(rows)
        return
    made = batch(rows, "ACME")
    assert list(made.items()) == expected.items()
    ours, theirs = made.asked(), expected.asked()
    assert ours.numbers == theirs.numbers
    assert ours.order_ids == theirs.order_ids
    assert ours.wire_order_ids == theirs.wire_order_ids
    assert list(ours.message_indexes) == list(theirs.message_indexes)
    assert made.size == expected.size


@pytest.mark.parametrize("row", [("99900000001", "x"), ("99900000001", "x", "a"), ("99900000001", "x", None)])
def test_usual_rows_are_read_by_columns(row: tuple[Any, ...]) -> None:
    assert isinstance(batch([row] * 3), RowBatch)
    assert _plain_columns([row, ("99900000001", "")]) is None


def test_rows_are_read_as_they_are_needed() -> None:
    read: list[int] = []

    def endless() -> Any:
        while True:
            read.append(len(read))
            yield f"999{len(read):08d}", "x"

    batches = Splitter(10).split(Rows(endless()))
    first, second = next(batches), next(batches)
    assert len(read) == 20
    assert (first.size, second.size) == (10, 10)
    assert list(second.asked().message_indexes) == list(range(10, 20))


def test_rows_can_be_seen_as_messages() -> None:
    messages = list(Rows([("99900000001", "x", "a")], sender_id="ACME"))
    assert messages == [laaffic.Message("99900000001", "x", "ACME", ["a"])]


@pytest.mark.parametrize("rows", ["ab", b"ab", {"a": 1}, 5, None])
def test_what_are_no_rows_is_refused_at_once(rows: Any) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"rows: expected an iterable, got "):
        Rows(rows)


def test_the_sender_id_is_checked_at_once() -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="sender_id"):
        Rows([], sender_id="x" * 33)


def test_an_error_names_the_row_and_no_number() -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"rows\[1\]: numbers: ") as caught:
        batch([("99900000001", "x"), ("0099912345678", "x")])
    assert "12345678" not in str(caught.value)


def test_a_row_that_is_used_for_the_next_is_read_before_that() -> None:
    def reused() -> Any:
        row = ["", ""]
        for n in range(3):
            row[:] = [f"9990000000{n}", f"text {n}"]
            yield row

    items = [item[:2] for item in batch(reused()).items()]
    assert items == [(f"9990000000{n}", f"text {n}") for n in range(3)]


@pytest.mark.parametrize("number", ["99900000001", "+999 0000 0001"])
def test_a_row_that_can_be_read_only_once_is_read_once(number: str) -> None:
    once: list[Any] = [iter((number, "x")), iter(("99900000002", "y"))]
    items = batch(once).items()
    assert [item[0] for item in items] == ["99900000001", "99900000002"]
