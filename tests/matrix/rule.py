"""The rule that every cell holds, whatever happens."""

from collections import Counter
from collections.abc import Iterable

import laaffic
from laaffic_mock import AcceptedMessage

# Said of a receiver → how often the gateway may have it.
MAY_HAVE = {
    laaffic.State.ACCEPTED: {1},
    laaffic.State.REJECTED: {0},
    laaffic.State.NOT_SENT: {0},
    laaffic.State.UNKNOWN: {0, 1},
}


def hold_the_rule(results: Iterable[laaffic.BatchResult], messages: Iterable[AcceptedMessage]) -> None:
    """Hold what was reported of each receiver against what the gateway has; order ids tell them apart."""
    has = Counter((message.number, message.order_id) for message in messages)
    for result in results:
        for recipient in result.recipients:
            times = has.pop((recipient.number, recipient.order_id), 0)
            assert times in MAY_HAVE[recipient.state], (recipient, times)
    assert not has, "the gateway has what nobody was told of"
