"""What is packed comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laaffic_campaigns import LedgerError
from laaffic_campaigns._kept.chunks import (
    Outcomes,
    Payload,
    ours,
    pack_outcomes,
    pack_payload,
    raw,
    unpack_outcomes,
    unpack_payload,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
STATES = st.sampled_from(["accepted", "rejected", "not_sent", "unknown"])


@st.composite
def payloads(draw: st.DrawFn) -> Payload:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    together, messages = sum(sizes), len(sizes)
    return Payload(
        numbers=draw(st.lists(TEXT, min_size=together, max_size=together)),
        order_ids=draw(st.lists(st.none() | TEXT, min_size=together, max_size=together)),
        sizes=sizes,
        contents=draw(st.lists(TEXT, min_size=messages, max_size=messages)),
        sender_ids=draw(st.lists(st.none() | TEXT, min_size=messages, max_size=messages)),
        indexes=draw(st.lists(st.integers(0, 9), min_size=messages, max_size=messages)),
    )


@given(payloads())
def test_a_payload_comes_back(payload: Payload) -> None:
    assert unpack_payload(pack_payload(payload)) == payload


@given(payloads())
def test_a_payload_comes_back_without_its_texts(payload: Payload) -> None:
    erased = unpack_payload(pack_payload(payload.without_contents()))
    assert (erased.contents, erased.numbers, erased.row_indexes()) == (None, payload.numbers, payload.row_indexes())
    with pytest.raises(LedgerError, match="erased"):
        erased.messages(["x"] * len(payload.numbers))


@given(st.lists(st.tuples(STATES, st.none() | TEXT, st.none() | TEXT), min_size=1))
def test_outcomes_come_back(rows: list[tuple[str, str | None, str | None]]) -> None:
    told = Outcomes(*map(list, zip(*rows, strict=True)))
    assert unpack_outcomes(pack_outcomes(told)) == told


def test_consecutive_rows_take_little() -> None:
    numbers = [f"999{n:08d}" for n in range(1000)]
    packed = pack_payload(Payload(numbers, [None] * 1000, [1] * 1000, ["Hello"] * 1000, [None] * 1000, [*range(1000)]))
    assert len(packed) < 5000


def test_an_order_id_of_ours_names_campaign_chunk_and_position() -> None:
    payload = Payload(["99900000001", "99900000002"], [None, "mine"], [2], ["Hello"], [None], [7])
    assert payload.wire_order_ids("k3v0x8q2m1", 12) == ["k3v0x8q2m1-12-0", "mine"]
    assert ours("k3v0x8q2m1-12-0") == ("k3v0x8q2m1", 12, 0)
    assert ours("mine") is None
    assert payload.row_indexes() == [7, 7]


def test_what_a_newer_version_has_packed_is_refused() -> None:
    with pytest.raises(LedgerError, match="newer version"):
        raw(b"\x02whatever")
