"""The rule that every cell obeys, whatever happens."""

from collections import Counter
from collections.abc import Iterable

import laaffic
from laaffic_mock import AcceptedMessage

# What is reported of a recipient → how often the gateway may have it.
MAY_HAVE = {
    laaffic.State.ACCEPTED: {1},
    laaffic.State.REJECTED: {0},
    laaffic.State.NOT_SENT: {0},
    laaffic.State.UNKNOWN: {0, 1},
}


def check_the_rule(results: Iterable[laaffic.BatchResult], messages: Iterable[AcceptedMessage]) -> None:
    """Compare what was reported of each recipient with what the gateway has; order ids tell them apart."""
    has = Counter((message.number, message.order_id) for message in messages)
    for result in results:
        for recipient in result.recipients:
            times = has.pop((recipient.number, recipient.order_id), 0)
            assert times in MAY_HAVE[recipient.state], (recipient, times)
    assert not has, "the gateway has what nobody asked for"
