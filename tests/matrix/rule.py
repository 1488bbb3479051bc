"""The rule that every cell obeys, whatever happens."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import laaffic
from laaffic_mock import AcceptedMessage


def check_the_rule(results: Iterable[laaffic.BatchResult], messages: Iterable[AcceptedMessage]) -> None:
    """Compare what was reported of each recipient with what the gateway has.

    Order ids tell them apart. Of those that look the same it has those accepted, and perhaps those unknown.
    """
    has = Counter((message.number, message.order_id) for message in messages)
    alike: dict[tuple[str, str | None], Counter[laaffic.State]] = defaultdict(Counter)
    for result in results:
        for recipient in result.recipients:
            alike[recipient.number, recipient.wire_order_id][recipient.state] += 1
    for key, states in alike.items():
        times, accepted = has.pop(key, 0), states[laaffic.State.ACCEPTED]
        assert accepted <= times <= accepted + states[laaffic.State.UNKNOWN], (key, states, times)
    assert not has, "the gateway has what nobody asked for"
