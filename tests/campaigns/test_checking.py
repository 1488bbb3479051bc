"""What is checked by columns has the same outcome as what is checked one after the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic_campaigns import Ledger
from laaffic_campaigns._filling.checking import Rules, checked, chosen
from laaffic_campaigns._filling.columns import Columns, cut
from laaffic_campaigns._filling.entries import Filled, groups_of

NUMBERS = st.sampled_from(
    ["99900000001", "99900000002", "+999 0000-0003", "12", "", "99900000001,99900000002", None, 7]
)
TEXTS = st.sampled_from(["Hello", " ", "", "x" * 1001, "x" * 1025, "\ud800", "né", None, 7, b"x"])
ORDER_IDS = st.sampled_from([None, "mine", " mine ", "a b", "", "a,b", 7])
SENDERS = st.sampled_from([None, "ACME", "x" * 33, 7])
GOOD = st.tuples(st.sampled_from(["99900000001", "+999 0000-0003"]), st.just("Hello"))
ROWS = GOOD | st.tuples(NUMBERS, TEXTS) | st.tuples(NUMBERS, TEXTS, ORDER_IDS) | st.tuples(NUMBERS)
RULES = Rules(3, "US", frozenset(), unique=False, report=True)


def rows_of(columns: Columns) -> list[tuple[Any, ...]]:
    reasons: list[Any] = columns.reasons or [None] * len(columns.numbers)
    sizes = [index for index, size in zip(columns.indexes, columns.sizes, strict=True) for _ in range(size)]
    contents = dict(zip(columns.indexes, zip(columns.contents, columns.sender_ids, strict=True), strict=True))
    return [
        (index, number, order_id, *contents[index], reason)
        for index, number, order_id, reason in zip(sizes, columns.numbers, columns.order_ids, reasons, strict=True)
    ]


@given(st.lists(ROWS, min_size=1, max_size=5) | st.lists(st.builds(Filled, NUMBERS, TEXTS, ORDER_IDS, SENDERS)))
def test_a_group_is_checked_as_its_entries_are(entries: list[Any]) -> None:
    valid, invalid = checked(entries, 0, RULES)
    alone_valid, alone_invalid = Columns(), Columns()
    for index, entry in enumerate(entries):
        some, others = checked([entry, 7], index, RULES)  # 7 is no row: each is looked at by itself
        alone_valid.extend(some)
        alone_invalid.extend(next(cut(others, len(others.numbers) - 1)) if len(others.numbers) > 1 else Columns())
    assert rows_of(valid) == rows_of(alone_valid)
    assert rows_of(invalid) == rows_of(alone_invalid)


@given(st.lists(st.tuples(NUMBERS, TEXTS, ORDER_IDS), min_size=1, max_size=5))
def test_rows_are_valid_when_laaffic_says_so(rows: list[Any]) -> None:
    valid, _ = checked(rows, 0, RULES)
    expected = []
    for index, row in enumerate(rows):
        try:
            [message] = laaffic.Rows([row])
        except laaffic.InvalidMessageError:
            continue
        expected.append((index, message.numbers[0], (message.order_ids or [None])[0], message.content, "US", None))
    assert rows_of(valid) == expected


@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4), max_size=6),
    st.integers(1, 5),
    st.booleans(),
)
def test_parts_have_everybody_once_and_are_full_but_for_the_last(
    messages: list[list[str]], most: int, single: bool
) -> None:
    columns = Columns()
    for index, numbers in enumerate(messages):
        columns.add(index, numbers[:1] if single else numbers, [None] * (1 if single else len(numbers)), "x", None)
    parts = list(cut(columns, most))
    assert [row for part in parts for row in rows_of(part)] == rows_of(columns)
    assert {len(part.numbers) for part in parts[:-1]} <= {most}
    assert len(parts[-1].numbers) < most


@given(st.lists(st.sampled_from(["9990001", "9990002", "9990003"]), max_size=6), st.booleans(), st.booleans())
def test_nobody_is_chosen_twice_or_although_excluded(numbers: list[str], unique: bool, excludes: bool) -> None:
    rules = Rules(3, None, frozenset(["9990002"] if excludes else []), unique=unique, report=True)
    columns, seen = Columns(), {9990001}
    for index, number in enumerate(numbers):
        columns.add(index, [number], [None], "x", None)
    kept, left_out = chosen(columns, rules, seen)
    assert sorted([*rows_of(kept), *[(*row[:3], "x", None, None) for row in rows_of(left_out)]]) == rows_of(columns)
    assert not excludes or "9990002" not in kept.numbers
    assert not unique or ("9990001" not in kept.numbers and len(set(kept.numbers)) == len(kept.numbers))
    assert unique or excludes or not left_out.numbers


def test_groups_are_bounded_by_their_recipients() -> None:
    message = laaffic.Message([f"999{n:08d}" for n in range(600)], "Hello")
    assert [len(group) for group in groups_of([message] * 5, None)] == [2, 2, 1]


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_thousands_of_rows_are_each_there_once(ledger: Ledger, most: int) -> None:
    numbers = [f"999{n:08d}" for n in range(2500)]
    exclude = numbers[::100]
    rows = [(number, "Hello") for number in numbers] + [(numbers[0], "Hello"), (numbers[1], "Hello")]
    rows.insert(1200, ("12", "Hello"))
    campaign = ledger.create("spring", rows, max_recipients=most, exclude=exclude, unique=True, on_invalid="report")
    outcomes = sorted(campaign.outcomes(), key=lambda each: each.index)
    assert [(each.index, each.number) for each in outcomes] == [(at, row[0]) for at, row in enumerate(rows)]
    left_out = {each.index for each in outcomes if each.state == "not_sent"}
    assert left_out == {at for at, row in enumerate(rows) if row[0] in {*exclude, "12"}} | {len(rows) - 1}
