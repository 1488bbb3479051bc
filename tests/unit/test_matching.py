"""Which recipient an entry of the answer means, for any mix of numbers, duplicates, orders and refusals."""

import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic._batch.batch import MessageBatch, all_in
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


def batch_of(given_messages: list[laaffic.Message]) -> MessageBatch:
    """Put messages into one batch."""
    batch = MessageBatch()
    for index, message in enumerate(given_messages):
        batch.add(message, index)
    return batch


def answered(**body: object) -> Responded:
    """Return an answer with HTTP 200."""
    return Responded(200, json.dumps(body).encode())


@given(st.data(), st.lists(messages(), min_size=1, max_size=5))
def test_accepted_and_refused_recipients_are_told_apart(data: st.DataObject, asked: list[laaffic.Message]) -> None:
    batch = batch_of(asked)
    recipients = all_in(laaffic.State.NOT_SENT, batch).recipients
    taken = data.draw(st.lists(st.booleans(), min_size=len(recipients), max_size=len(recipients)))
    entries = [
        {"msgId": str(place), "number": recipient.number, "orderId": recipient.order_id}
        for place, recipient in enumerate(recipients)
        if taken[place]
    ]
    shuffled = data.draw(st.permutations(entries))
    counts = {"success": str(len(entries)), "fail": str(taken.count(False))}
    result = outcome_of(batch, answered(status="0", reason="success", **counts, array=shuffled))

    assert result.error is None
    assert result.discrepancy is None
    assert [r._replace(msg_id=None, state=laaffic.State.NOT_SENT) for r in result.recipients] == [*recipients]
    assert len(result.accepted) == len(entries)
    # Recipients with the same number and order id cannot be told apart by anyone; all others must be.
    meant = Counter(
        (recipient.number, recipient.order_id) for recipient, took in zip(recipients, taken, strict=True) if took
    )
    assert Counter((r.number, r.order_id) for r in result.accepted) == meant
    assert sorted(str(r.msg_id) for r in result.accepted) == sorted(str(entry["msgId"]) for entry in entries)


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
