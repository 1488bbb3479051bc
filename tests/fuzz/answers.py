"""Answers of any kind, from quite right to nonsense, and what must hold of whatever is made of them."""

import asyncio
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

import laaffic

NUMBERS = ["99955500001", "99955500002", "99955500001"]
ORDER_IDS = ["o1", "o2", "o3"]
BATCH = [laaffic.Message(NUMBERS[:2], "text", None, ORDER_IDS[:2]), laaffic.Message(NUMBERS[2], "more", None, ["o3"])]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def _or_junk(*right: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(right) | SCALARS


ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "msgId": _or_junk("m1", "m2", 3),
        "number": _or_junk(*NUMBERS, f"+{NUMBERS[1]}", int(NUMBERS[0]), "99955500009"),
        "orderId": _or_junk(*ORDER_IDS, "o9"),
    },
)
# By the contract, or nearly: each field right, wrong, or missing.
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "status": _or_junk("0", 0, " 0 ", *laaffic.STATUSES, "-99", -10),
        "reason": _or_junk("success"),
        "success": _or_junk("0", "1", "2", "3", 3),
        "fail": _or_junk("0", "1", "3", 0),
        "array": st.lists(ENTRIES | SCALARS, max_size=5) | SCALARS,
    },
)


class Outcome(NamedTuple):
    """What the SDK made of an answer."""

    result: laaffic.BatchResult
    error: laaffic.LaafficError | None


def send_sync(**settings: Any) -> Outcome:
    """Send the batch with the synchronous client."""
    with laaffic.Client(**settings) as client:
        try:
            return Outcome(client.send_batch(BATCH), None)
        except laaffic.LaafficError as error:
            return Outcome(error.result, error)


def send_async(**settings: Any) -> Outcome:
    """Send the batch with the asynchronous client."""

    async def run() -> Outcome:
        async with laaffic.AsyncClient(**settings) as client:
            try:
                return Outcome(await client.send_batch(BATCH), None)
            except laaffic.LaafficError as error:
                return Outcome(error.result, error)

    return asyncio.run(run())


Sender = Callable[..., Outcome]
SENDERS = [send_sync, send_async]


def hold(outcome: Outcome) -> None:
    """Assert what holds of every outcome: one for each recipient, in order, and it can be pickled."""
    result, error = outcome
    assert [(recipient.number, recipient.order_id) for recipient in result.recipients] == list(
        zip(NUMBERS, ORDER_IDS, strict=True)
    )
    assert {recipient.state for recipient in result.recipients} <= set(laaffic.State)
    again = pickle.loads(pickle.dumps(outcome))  # noqa: S301  # made here
    assert again.result == result
    assert (type(again.error), str(again.error)) == (type(error), str(error))
    if error is not None:
        assert result.error is error
        undecided = result.accepted or result.unknown
        assert error.sent == ("unknown" if undecided else "no")
    else:
        assert not result.unknown


def hold_to(said: Any, outcome: Outcome, http_status: int = 200) -> None:
    """Assert that nobody is accepted or rejected of whom the answer does not say so."""
    answer = said if isinstance(said, dict) else {}
    array = answer.get("array")
    entries = [entry for entry in array if isinstance(entry, dict)] if isinstance(array, list) else []
    success = _text(answer.get("status")) == "0" and http_status // 100 == 2
    usable = [entry for entry in entries if success or _text(entry.get("msgId"))]
    accepted = outcome.result.accepted
    assert len(accepted) <= len(usable)
    for number in set(NUMBERS):
        meant = [recipient for recipient in accepted if recipient.number == number]
        order_ids = {recipient.order_id for recipient in meant}
        assert len(meant) <= sum(_can_mean(entry, number, order_ids) for entry in usable)
    if outcome.result.rejected:
        assert _text(answer.get("status")) or http_status // 100 == 4
        assert http_status // 100 in {2, 3, 4}
    assert not outcome.result.not_sent


def _can_mean(entry: dict[str, Any], number: str, order_ids: set[str | None]) -> bool:
    """Say whether an entry may list a recipient: by its number, or by its order id where nobody has the number."""
    said = _number(entry)
    return said == number or (said not in NUMBERS and _text(entry.get("orderId")) in order_ids)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _number(entry: dict[str, Any]) -> str | None:
    number = _text(entry.get("number"))
    return number and number.removeprefix("+")
