"""The exit codes, and which of them a run ends with."""

from collections.abc import Mapping

from laaffic import State

ALL_ACCEPTED = 0
SOME_REJECTED = 1
BAD_INPUT = 2
REFUSED = 3
NOT_SENT = 4
UNKNOWN = 5

MEANINGS = {
    ALL_ACCEPTED: "every recipient was accepted",
    SOME_REJECTED: "some recipients were rejected",
    BAD_INPUT: "bad input, usage or configuration; nothing was sent",
    REFUSED: "a request was refused by the provider",
    NOT_SENT: "some recipients were not sent to",
    UNKNOWN: "an outcome is unknown, or could not be written down",
}


def exit_code(
    counts: Mapping[State, int],
    *,
    misconfigured: bool = False,
    refused: bool = False,
    doubtful: bool = False,
    ended_early: bool = False,
) -> int:
    """Return the most serious of what happened.

    Args:
        counts: how many recipients are in which state.
        misconfigured: whether a setting kept everything from being sent.
        refused: whether a request as a whole was refused.
        doubtful: whether something is unknown that no recipient's state shows.
        ended_early: whether recipients may be left that no count holds.
    """
    if misconfigured:
        return BAD_INPUT
    if counts.get(State.UNKNOWN) or doubtful:
        return UNKNOWN
    if refused:
        return REFUSED
    if counts.get(State.NOT_SENT) or ended_early:
        return NOT_SENT
    if counts.get(State.REJECTED):
        return SOME_REJECTED
    return ALL_ACCEPTED
