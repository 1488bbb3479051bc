"""Which recipient an entry of the answer means, for any mix of numbers, duplicates, orders and refusals."""

import json

from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic._batch.batch import MessageBatch, all_in
from laaffic._batch.ids import Ids
from laaffic._http.evidence import Responded
from laaffic._outcome.outcome import outcome_of

few_numbers = st.sampled_from(["99900000001", "99900000002", "99900000003"])
few_order_ids = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def messages(draw: st.DrawFn) -> laaffic.Message:
    """Draw a message in which numbers and order ids stand more than once."""
    numbers = draw(st.lists(few_numbers, min_size=1, max_size=4))
    order_ids = draw(st.none() | st.lists(few_order_ids, min_size=len(numbers), max_size=len(numbers)))
    return laaffic.Message(numbers, "x", order_ids=order_ids)


def batch_of(given_messages: list[laaffic.Message], *, on_wire: bool = False) -> MessageBatch:
    """Put messages into one batch, with or without order ids of ours."""
    batch = MessageBatch(ids=Ids(on_wire=on_wire))
    for index, message in enumerate(given_messages):
        batch.add(message, index)
    return batch


def answered(**body: object) -> Responded:
    """Return an answer with HTTP 200."""
    return Responded(200, json.dumps(body).encode())


def shown_entries(data: st.DataObject, batch: MessageBatch) -> tuple[list[bool], list[dict[str, object]]]:
    """Draw who is accepted, and return it with the entries of the response, in any order."""
    asked = batch.asked()
    taken = data.draw(st.lists(st.booleans(), min_size=len(asked), max_size=len(asked)))
    entries: list[dict[str, object]] = [
        {"msgId": str(place), "number": asked.numbers[place], "orderId": asked.wire_order_ids[place]}
        for place, took in enumerate(taken)
        if took
    ]
    return taken, data.draw(st.permutations(entries))


def counts(taken: list[bool]) -> dict[str, object]:
    """Return the response's counts."""
    return {"status": "0", "success": str(taken.count(True)), "fail": str(taken.count(False))}


@given(st.data(), st.lists(messages(), min_size=1, max_size=5))
def test_nothing_is_claimed_of_recipients_that_cannot_be_told_apart(
    data: st.DataObject, asked: list[laaffic.Message]
) -> None:
    batch = batch_of(asked)
    taken, entries = shown_entries(data, batch)
    result = outcome_of(batch, answered(**counts(taken), array=entries))

    # Those with the same number and order id look the same: known only when all or none of them were taken.
    took: dict[object, set[bool]] = {}
    for recipient, was in zip(result.recipients, taken, strict=True):
        took.setdefault((recipient.number, recipient.order_id), set()).add(was)
    known = {frozenset({True}): "accepted", frozenset({False}): "rejected"}
    expected = [known.get(frozenset(took[r.number, r.order_id]), "unknown") for r in result.recipients]
    assert [recipient.state for recipient in result.recipients] == expected
    assert (result.error is None) == (result.discrepancy is None) == ("unknown" not in expected)
    ids = [str(r.msg_id) for r in result.accepted]
    assert sorted([*ids, *result.unmatched_msg_ids]) == sorted(str(entry["msgId"]) for entry in entries)


@given(st.data(), st.lists(messages(), min_size=1, max_size=5))
def test_with_order_ids_of_ours_everybody_is_told_apart(data: st.DataObject, asked: list[laaffic.Message]) -> None:
    batch = batch_of([laaffic.Message(message.numbers, message.content) for message in asked], on_wire=True)
    taken, entries = shown_entries(data, batch)
    if data.draw(st.booleans()):
        entries = [{**entry, "number": "999****0001"} for entry in entries]
    result = outcome_of(batch, answered(**counts(taken), array=entries))
    assert result.error is None
    assert [r.msg_id for r in result.recipients] == [str(at) if was else None for at, was in enumerate(taken)]
    assert {recipient.order_id for recipient in result.recipients} == {None}
    assert [r.wire_order_id for r in result.recipients] == [f"{batch.id}-{at}" for at in range(batch.size)]


@given(st.lists(messages(), min_size=1, max_size=5))
def test_equal_recipients_are_matched_by_position(asked: list[laaffic.Message]) -> None:
    batch = batch_of(asked)
    recipients = all_in(laaffic.State.NOT_SENT, batch).recipients
    entries = [{"msgId": str(p), "number": r.number, "orderId": r.order_id} for p, r in enumerate(recipients)]
    result = outcome_of(batch, answered(status="0", array=entries))
    by_key: dict[object, list[int]] = {}
    for recipient in result.recipients:
        by_key.setdefault((recipient.number, recipient.order_id), []).append(int(str(recipient.msg_id)))
    assert all(ids == sorted(ids) for ids in by_key.values())


def test_the_order_id_tells_equal_numbers_apart() -> None:
    batch = batch_of([laaffic.Message("99900000001", t, order_ids=o) for t, o in (("one", "a"), ("two", "b"))])
    entry = {"msgId": "7", "number": "99900000001", "orderId": "b"}
    result = outcome_of(batch, answered(status="0", success="1", fail="1", array=[entry]))
    assert [(r.order_id, r.msg_id, r.state) for r in result.recipients] == [
        ("a", None, "rejected"),
        ("b", "7", "accepted"),
    ]


def test_an_entry_without_number_is_matched_by_its_order_id() -> None:
    batch = batch_of(
        [laaffic.Message("99900000001", "x", order_ids="a"), laaffic.Message("99900000002", "x", order_ids="b")]
    )
    result = outcome_of(batch, answered(status="0", success="1", fail="1", array=[{"msgId": "7", "orderId": "b"}]))
    assert [r.state for r in result.recipients] == ["rejected", "accepted"]


def test_an_order_id_tells_who_is_meant_where_the_number_is_spelled_otherwise() -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "b"])])
    entry = {"msgId": "7", "number": "00 999 0000 0002", "orderId": "b"}
    result = outcome_of(batch, answered(status="0", success="1", fail="1", array=[entry]))
    assert [r.state for r in result.recipients] == ["rejected", "accepted"]


def test_an_order_id_never_overrules_another_number() -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "b"])])
    result = outcome_of(batch, answered(status="0", array=[{"msgId": "7", "number": "91856321412", "orderId": "b"}]))
    assert [r.state for r in result.recipients] == ["unknown", "unknown"]
    assert result.unmatched_msg_ids == ("7",)


def test_an_order_id_tells_whose_number_is_masked() -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "b"])])
    entry = {"msgId": "7", "number": "999****0002", "orderId": "b"}
    result = outcome_of(batch, answered(status="0", success="1", fail="1", array=[entry]))
    assert [r.state for r in result.recipients] == ["rejected", "accepted"]


def test_an_order_id_never_overrules_a_number_that_was_asked_for() -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "b"])])
    entry = {"msgId": "7", "number": "99900000001", "orderId": "b"}
    result = outcome_of(batch, answered(status="0", success="1", fail="1", array=[entry]))
    assert [r.state for r in result.recipients] == ["accepted", "rejected"]


def test_an_order_id_that_stands_twice_tells_nothing() -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "a"])])
    result = outcome_of(batch, answered(status="0", array=[{"msgId": "7", "orderId": "a"}]))
    assert [r.state for r in result.recipients] == ["unknown", "unknown"]
    assert result.unmatched_msg_ids == ("7",)


TWICE = [
    laaffic.Message("99900000001", "one"),
    laaffic.Message("99900000001", "two"),
    laaffic.Message("99900000002", "x"),
]


def test_of_equal_recipients_of_which_one_is_listed_all_are_unknown() -> None:
    listed = [{"msgId": "7", "number": "99900000001"}, {"msgId": "8", "number": "99900000002"}]
    result = outcome_of(batch_of(TWICE), answered(status="0", success="2", fail="1", array=listed))
    assert [r.state for r in result.recipients] == ["unknown", "unknown", "accepted"]
    assert [r.msg_id for r in result.recipients] == [None, None, "8"]
    assert result.unmatched_msg_ids == ("7",)
    assert isinstance(result.error, laaffic.OutcomeUnknownError)
    assert "Of 2 recipients that look the same to the response, it accepts only some" in str(result.error)


def test_what_is_unknown_of_equal_recipients_is_not_of_others() -> None:
    listed = [{"msgId": "7", "number": "99900000001"}]
    result = outcome_of(batch_of(TWICE), answered(status="0", success="1", fail="2", array=listed))
    assert [r.state for r in result.recipients] == ["unknown", "unknown", "rejected"]


def test_equal_recipients_that_are_all_listed_are_all_accepted() -> None:
    listed = [{"msgId": str(n), "number": "99900000001"} for n in range(2)]
    result = outcome_of(batch_of(TWICE), answered(status="0", success="2", fail="1", array=listed))
    assert [(r.state, r.msg_id) for r in result.recipients] == [
        ("accepted", "0"),
        ("accepted", "1"),
        ("rejected", None),
    ]


def test_a_response_that_leaves_order_ids_of_ours_out_does_not_tell_equal_recipients_apart() -> None:
    listed = [{"msgId": "7", "number": "99900000001"}]
    result = outcome_of(batch_of(TWICE, on_wire=True), answered(status="0", success="1", fail="2", array=listed))
    assert [r.state for r in result.recipients] == ["unknown", "unknown", "rejected"]


def test_of_equal_recipients_of_which_one_has_a_message_id_and_one_is_counted_as_refused_both_are_unknown() -> None:
    listed = [{"msgId": "7", "number": "99900000001"}, {"number": "99900000001"}]
    result = outcome_of(batch_of(TWICE[:2]), answered(status="0", success="1", fail="1", array=listed))
    assert [r.state for r in result.recipients] == ["unknown", "unknown"]
    assert result.unmatched_msg_ids == ("7",)


def test_an_entry_that_may_mean_one_of_three_puts_the_one_that_looks_like_another_in_doubt_too() -> None:
    batch = batch_of([laaffic.Message(["99900000001"] * 3, "x", order_ids=["a", "a", "b"])])
    listed = [{"msgId": "7", "number": "99900000001", "orderId": "a"}, {"msgId": "8", "number": "99900000001"}]
    result = outcome_of(batch, answered(status="0", success="2", fail="1", array=listed))
    assert [r.state for r in result.recipients] == ["unknown"] * 3
    assert sorted(result.unmatched_msg_ids) == ["7", "8"]


def test_which_of_two_equal_recipients_is_named_as_refused_is_not_known() -> None:
    named = [{"msgId": "9", "number": "99900000001", "reason": "NO_ROUTE"}]
    listed = [{"msgId": "7", "number": "99900000001"}, {"msgId": "8", "number": "99900000002"}]
    said = answered(status="0", success="2", fail="1", array=listed, failArray=named)
    result = outcome_of(batch_of(TWICE), said)
    assert [(r.state, r.reason) for r in result.recipients] == [
        ("unknown", None),
        ("unknown", None),
        ("accepted", None),
    ]
    assert result.unmatched_msg_ids == ("7", "9")


def test_a_refusal_that_names_one_of_two_equal_recipients_claims_nothing_of_either() -> None:
    named = [{"msgId": "9", "number": "99900000001", "reason": "NO_ROUTE"}, {"number": "99900000002"}]
    result = outcome_of(batch_of(TWICE), answered(status="-99", failArray=named))
    assert [r.state for r in result.recipients] == ["unknown", "unknown", "rejected"]
    assert result.unmatched_msg_ids == ("9",)


def test_an_order_id_of_ours_tells_who_is_named_as_refused() -> None:
    batch = batch_of(TWICE, on_wire=True)
    named = [{"number": "99900000001", "orderId": f"{batch.id}-1", "reason": "NO_ROUTE"}]
    listed = [{"msgId": str(n), "number": TWICE[n].numbers[0], "orderId": f"{batch.id}-{n}"} for n in (0, 2)]
    result = outcome_of(batch, answered(status="0", success="2", fail="1", array=listed, failArray=named))
    assert [(r.state, r.reason) for r in result.recipients] == [
        ("accepted", None),
        ("rejected", "NO_ROUTE"),
        ("accepted", None),
    ]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | few_numbers
    | st.sampled_from(["0", "-1", "-16"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.text() | st.sampled_from(["status", "reason", "success", "fail", "array", "msgId", "number", "orderId"]),
            inner,
        )
    ),
    max_leaves=30,
)


@given(st.integers(100, 999), st.binary() | anything.map(lambda body: json.dumps(body).encode()))
def test_whatever_comes_back_is_judged_and_nothing_is_accepted_that_it_does_not_say(
    http_status: int, body: bytes
) -> None:
    batch = batch_of([laaffic.Message(["99900000001", "99900000002"], "x", order_ids=["a", "b"])])
    result = outcome_of(batch, Responded(http_status, body))
    assert [recipient.number for recipient in result.recipients] == ["99900000001", "99900000002"]
    for recipient in result.accepted:
        assert recipient.number.encode() in body or b'"orderId"' in body
    if result.unknown:
        assert isinstance(result.error, laaffic.LaafficError)
        assert result.error.sent == "unknown"


def test_what_is_far_longer_than_a_number_is_none() -> None:
    batch = batch_of([laaffic.Message("99900000001", "x", order_ids=["a"])])
    entry = {"msgId": "7", "number": "x" * 100 + "99900000001", "orderId": "a"}
    result = outcome_of(batch, answered(status="0", success="1", fail="0", array=[entry]))
    assert [r.state for r in result.recipients] == ["unknown"]
