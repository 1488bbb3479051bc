"""One request of a campaign: what is posted, and what became of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import laaffic
from laaffic_campaigns._kept.chunks import Outcomes
from laaffic_campaigns._protocol.states import NOT_SENT, UNKNOWN
from laaffic_campaigns._protocol.steps import Claimed, Settled
from laaffic_campaigns._protocol.verdicts import Verdict, verdict_of


class Post(NamedTuple):
    """What is to be posted now."""

    claimed: Claimed
    messages: Iterable[laaffic.Message]


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of it."""

    claimed: Claimed
    settled: Settled
    verdict: Verdict


def posted(
    claimed: Claimed, result: laaffic.BatchResult, error: laaffic.LaafficError | None, posted_at: float
) -> Posted:
    """Return what a result says, and the error that it came with, if any."""
    reason = None if error is None else result.reason or str(error)
    settled = Settled(_told(result, claimed.size, error), result.status, reason, posted_at)
    return Posted(claimed, settled, verdict_of(error))


def unposted(claimed: Claimed) -> Posted:
    """Return that nothing of it was posted, so that it may be claimed again."""
    size = claimed.size
    outcomes = Outcomes([NOT_SENT] * size, [None] * size, [None] * size)
    return Posted(claimed, Settled(outcomes, None, "nothing of it was posted", None), Verdict(release=True))


def lost(claimed: Claimed, posted_at: float) -> Posted:
    """Return that nobody knows what became of it."""
    size = claimed.size
    reason = "the program broke it off while its request was in flight"
    outcomes = Outcomes([UNKNOWN] * size, [None] * size, [None] * size)
    return Posted(claimed, Settled(outcomes, None, reason, posted_at), Verdict())


def _told(result: laaffic.BatchResult, size: int, error: laaffic.LaafficError | None) -> Outcomes:
    recipients = result.recipients
    if len(recipients) != size:  # raised before there was a batch; else nobody could say who is who
        state = NOT_SENT if error is not None and error.nothing_was_sent else UNKNOWN
        return Outcomes([state] * size, [None] * size, [None] * size)
    return Outcomes(
        list(map(str.__str__, [recipient.state for recipient in recipients])),  # their `value` takes longer
        [recipient.msg_id for recipient in recipients],
        [recipient.reason for recipient in recipients],
    )
