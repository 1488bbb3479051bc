"""The rule that every cell obeys, whatever happens."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import laaffic
from laaffic import State
from laaffic_mock import AcceptedMessage


def check_the_rule(results: Iterable[laaffic.BatchResult], messages: Iterable[AcceptedMessage]) -> None:
    """Compare what was reported of each recipient with what the gateway has.

    Order ids tell them apart. Of those that look the same it has those accepted, and perhaps those unknown.
    """
    has = Counter((message.number, message.order_id) for message in messages)
    alike: dict[tuple[str, str | None], Counter[State]] = defaultdict(Counter)
    for result in results:
        for recipient in result.recipients:
            alike[recipient.number, recipient.wire_order_id][recipient.state] += 1
    for key, states in alike.items():
        times, accepted = has.pop(key, 0), states[State.ACCEPTED]
        assert accepted <= times <= accepted + states[State.UNKNOWN], (key, states, times)
    assert not has, "the gateway has what nobody asked for"


def check_what_was_found(
    before: Iterable[laaffic.Recipient], after: Iterable[laaffic.Recipient], messages: Iterable[AcceptedMessage]
) -> None:
    """Compare what reconciling made of recipients with what the gateway has: its message ids, each given once."""
    numbers = {message.msg_id: message.number for message in messages}
    given: Counter[str] = Counter()
    for was, found in zip(before, after, strict=True):
        assert found == was or was.state is State.UNKNOWN
        assert found.state in {was.state, State.ACCEPTED}
        if found.state is State.ACCEPTED and found.msg_id is not None:
            given[found.msg_id] += 1
            assert was.state is State.ACCEPTED or numbers[found.msg_id] == found.number
    assert all(times == 1 for times in given.values())
