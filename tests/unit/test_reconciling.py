"""What records and reports show of unknown recipients, and that nothing more is claimed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic import DeliveryReport, DeliveryState, Recipient, SentRecord, State, match_records

UNTIL = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
X, Y = "99900000001", "99900000002"


def unknown(number: str = X, order_id: str | None = None, index: int = 0) -> Recipient:
    """Return an unknown recipient."""
    return Recipient(number, None, None, State.UNKNOWN, index, "no response came", order_id)


def record(msg_id: str, number: str | None = X) -> SentRecord:
    """Return a record."""
    return SentRecord(msg_id, number, DeliveryState.SUCCEEDED)


def pushed(msg_id: str, order_id: str | None, number: str | None = X, status: int = 0) -> DeliveryReport:
    """Return a pushed report."""
    given_report: dict[str, Any] = {"msgid": msg_id, "status": status, "orderId": order_id, "mobile": number}
    return laaffic.parse_report(given_report)


def told(recipients: list[Recipient], records: list[SentRecord], **more: Any) -> list[tuple[str, str | None]]:
    """Return state and message id of each."""
    return [(r.state.value, r.msg_id) for r in match_records(recipients, records, until=UNTIL, **more)]


def test_one_record_for_one_is_certain() -> None:
    (found,) = match_records([unknown()], [record("m1")], until=UNTIL)
    assert found == unknown()._replace(state=State.ACCEPTED, msg_id="m1", reason=None)


@pytest.mark.parametrize("state", list(DeliveryState))
def test_a_record_of_a_failed_message_shows_that_it_was_accepted(state: DeliveryState) -> None:
    assert told([unknown()], [SentRecord("m1", X, state)]) == [("accepted", "m1")]


@pytest.mark.parametrize(
    ("unknowns", "records", "reason"),
    [
        (1, 0, "no record by 2026-11-24 14:05 UTC"),
        (1, 2, "2 records for 1"),
        (2, 1, "1 record for 2"),
        (3, 2, "2 records for 3"),
    ],
)
def test_doubt_stays_unknown_and_says_why(unknowns: int, records: int, reason: str) -> None:
    found = match_records([unknown()] * unknowns, [record(f"m{n}") for n in range(records)], until=UNTIL)
    assert [(r.state, r.msg_id, r.reason) for r in found] == [("unknown", None, reason)] * unknowns


def test_as_many_records_as_unknowns_are_all_accepted_and_say_what_is_not_known() -> None:
    found = match_records([unknown(), unknown(index=1)], [record("m2"), record("m1")], until=UNTIL)
    assert [(r.state, r.msg_id) for r in found] == [("accepted", "m2"), ("accepted", "m1")]
    assert {r.reason for r in found} == {"2 records for 2; which message id is whose is not known"}


def test_others_come_back_unchanged_and_their_ids_are_known() -> None:
    accepted = Recipient(X, None, "m1", State.ACCEPTED, 0)
    rejected = Recipient(X, None, "m2", State.REJECTED, 1, "DST_MCCMNC_LIMIT")
    found = match_records([accepted, unknown(), rejected], [record("m1"), record("m2")], until=UNTIL)
    assert found[0] is accepted
    assert found[2] is rejected
    assert (found[1].state, found[1].reason) == ("unknown", "no record by 2026-11-24 14:05 UTC")


def test_a_record_may_be_of_somebody_accepted_without_a_message_id() -> None:
    nameless = Recipient(X, None, None, State.ACCEPTED, 1)
    assert told([unknown(), nameless], [record("m1")]) == [("unknown", None), ("accepted", None)]
    assert told([unknown(), nameless], [record("m1"), record("m2")]) == [("accepted", "m1"), ("accepted", None)]


def test_known_ids_are_of_others() -> None:
    assert told([unknown()], [record("m1")], known_msg_ids=["m1"]) == [("unknown", None)]
    assert told([unknown()], [record("m1"), record("m2")], known_msg_ids=["m1"]) == [("accepted", "m2")]


@pytest.mark.parametrize("known", ["m1", b"m1", ["m0", 1], 7])
def test_known_ids_that_could_be_overlooked_are_refused(known: Any) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="known_msg_ids"):
        match_records([unknown()], [record("m1")], until=UNTIL, known_msg_ids=known)


def test_known_ids_may_have_gaps_and_spaces() -> None:
    assert told([unknown()], [record("m1")], known_msg_ids=[None, " m1\n", ""]) == [("unknown", None)]


def test_a_record_twice_is_one() -> None:
    assert told([unknown()], [record("m1"), record("m1")]) == [("accepted", "m1")]
    assert told([unknown(), unknown()], [record("m1"), record("m1")]) == [("unknown", None)] * 2


def test_an_id_under_two_numbers_is_given_once() -> None:
    found = told([unknown(X), unknown(Y)], [record("m1", X), record("m1", Y)])
    assert [msg_id for _, msg_id in found].count("m1") == 1


@pytest.mark.parametrize("number", [None, "", "99*******01", Y])
def test_a_record_of_no_number_of_theirs_shows_nothing(number: str | None) -> None:
    assert told([unknown()], [record("m1", number)]) == [("unknown", None)]


def test_a_report_with_the_order_id_is_certain() -> None:
    two = [unknown(order_id="b-0"), unknown(order_id="b-1", index=1)]
    assert told(two, [], reports=[pushed("m1", "b-1")]) == [("unknown", None), ("accepted", "m1")]
    assert told(two, [record("m1"), record("m2")], reports=[pushed("m1", "b-1", status=1)]) == [
        ("accepted", "m2"),
        ("accepted", "m1"),
    ]


def test_the_callers_own_order_id_is_as_good() -> None:
    own = Recipient(X, "o-1", None, State.UNKNOWN)
    assert told([own], [], reports=[pushed("m1", "o-1")]) == [("accepted", "m1")]


def test_a_report_of_another_order_id_is_about_another() -> None:
    assert told([unknown(order_id="b-0")], [record("m1")], reports=[pushed("m1", "stranger")]) == [("unknown", None)]


def test_a_report_without_an_order_id_is_a_record() -> None:
    assert told([unknown()], [], reports=[pushed("m1", None)]) == [("accepted", "m1")]
    assert told([unknown()], [record("m1")], reports=[pushed("m1", None)]) == [("accepted", "m1")]


def test_a_report_twice_is_one() -> None:
    twice = [pushed("m1", "b-0"), pushed("m1", "b-0")]
    assert told([unknown(order_id="b-0")], [], reports=twice) == [("accepted", "m1")]


@pytest.mark.parametrize(
    "reports",
    [
        [pushed("m1", "b-0"), pushed("m2", "b-0")],
        [pushed("m1", "b-0", number=Y)],
        [pushed("m1", "b-0"), pushed("m1", "b-1", number=None)],
    ],
)
def test_reports_that_contradict_something_settle_nobody(reports: list[DeliveryReport]) -> None:
    two = [unknown(order_id="b-0"), unknown(Y, order_id="b-1", index=1)]
    assert told(two, [], reports=reports) == [("unknown", None), ("unknown", None)]


def test_a_report_with_the_message_of_another_number_settles_nobody() -> None:
    forged = pushed("m1", "ours-0", number=None)
    assert told([unknown(X, "ours-0")], [record("m1", Y)], reports=[forged]) == [("unknown", None)]
    assert told([unknown(X, "ours-0")], [record("m1", X)], reports=[forged]) == [("accepted", "m1")]


def test_an_order_id_that_stands_twice_names_nobody() -> None:
    two = [Recipient(X, "o", None, State.UNKNOWN), Recipient(X, "o", None, State.UNKNOWN, 1)]
    assert told(two, [], reports=[pushed("m1", "o")]) == [("unknown", None)] * 2
    assert told(two, [record("m2")], reports=[pushed("m1", "o")]) == [("accepted", "m1"), ("accepted", "m2")]


@dataclass
class Truth:
    """A message in the provider's book, or one that never came there."""

    recipient: Recipient
    msg_id: str | None
    known: bool = False
    ours: bool = True


@st.composite
def book(draw: st.DrawFn) -> list[Truth]:
    """Draw messages to few numbers: unknown ones, accepted or not, others of ours, and those of others."""
    truths = []
    order_ids = draw(st.sampled_from(["ours", "none", "repeated"]))
    for place in range(draw(st.integers(1, 8))):
        number = draw(st.sampled_from([X, Y]))
        accepted = draw(st.booleans())
        msg_id = f"m{place}" if accepted else None
        order_id = {"ours": f"b-{place}", "none": None, "repeated": draw(st.sampled_from(["o1", "o2"]))}[order_ids]
        what = draw(st.sampled_from(["unknown", "unknown", "told", "stranger"]))
        state = State.UNKNOWN if what == "unknown" else State.ACCEPTED if accepted else State.REJECTED
        told_id = None if what == "unknown" or (what == "told" and draw(st.booleans())) else msg_id
        recipient = Recipient(number, None, told_id, state, place, None, order_id)
        truths.append(Truth(recipient, msg_id, known=what == "stranger", ours=what != "stranger"))
    return truths


@given(book(), st.data())
def test_whatever_is_called_accepted_was_accepted(truths: list[Truth], data: st.DataObject) -> None:
    in_book = [truth for truth in truths if truth.msg_id is not None]
    finished = data.draw(st.lists(st.sampled_from(in_book), max_size=12)) if in_book else []
    reporting = data.draw(st.lists(st.sampled_from(in_book), max_size=6)) if in_book else []
    records = [record(str(truth.msg_id), truth.recipient.number) for truth in finished]
    reports = [
        pushed(
            str(truth.msg_id),
            data.draw(st.sampled_from([truth.recipient.wire_order_id, None])),
            data.draw(st.sampled_from([truth.recipient.number, None])),
        )
        for truth in reporting
    ]
    asked = [truth for truth in truths if truth.ours]
    known = [truth.msg_id for truth in truths if truth.known and truth.msg_id is not None]
    found = match_records(
        [truth.recipient for truth in asked], records, until=UNTIL, reports=reports, known_msg_ids=known
    )
    assert len(found) == len(asked)
    given_ids = [r.msg_id for r in found if r.msg_id is not None]
    assert not {*given_ids} & {*known}
    assert len(given_ids) == len(set(given_ids))
    for truth, recipient in zip(asked, found, strict=True):
        if truth.recipient.state is not State.UNKNOWN:
            assert recipient is truth.recipient
        elif recipient.state is State.ACCEPTED:
            assert truth.msg_id is not None
            assert recipient.msg_id not in known
            # It is an id of this number; whose exactly is only claimed without a word about it.
            theirs = {t.msg_id for t in asked if t.recipient.number == truth.recipient.number}
            assert recipient.msg_id in theirs
            assert recipient.reason or recipient.msg_id == truth.msg_id
        else:
            assert recipient.state is State.UNKNOWN
            assert recipient.msg_id is None
            assert recipient.reason


@pytest.mark.parametrize(
    ("given_instead", "place"),
    [
        ({"known_msg_ids": [2207201629421000001]}, "known_msg_ids[0]: got int"),
        ({"known_msg_ids": "2207201629421000001"}, "known_msg_ids: expected several, got str"),
        ({"recipients": [laaffic.BatchResult()]}, "recipients[0]: got BatchResult"),
        ({"recipients": laaffic.BatchResult()}, "recipients: expected several, got BatchResult"),
        ({"recipients": unknown()}, "recipients: expected several, got Recipient"),
        ({"reports": [{"msgid": "m1"}]}, "reports[0]: got dict"),
    ],
)
def test_what_would_be_misread_is_refused(given_instead: dict[str, Any], place: str) -> None:
    arguments: dict[str, Any] = {"recipients": [unknown()], "records": [record("m1")], **given_instead}
    with pytest.raises(laaffic.InvalidMessageError, match=re.escape(place)) as caught:
        match_records(**arguments, until=UNTIL)
    assert caught.value.about_query
    assert "Correct it, then ask again." in str(caught.value)
