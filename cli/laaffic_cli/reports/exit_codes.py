"""The exit codes, and which of them a run ends with."""

ALL_ACCEPTED = 0
SOME_REJECTED = 1
BAD_INPUT = 2
REFUSED = 3
NOT_SENT = 4
UNKNOWN = 5
BUSY = 6

MEANINGS = {
    ALL_ACCEPTED: "every recipient was accepted, but for those left out on purpose",
    SOME_REJECTED: "some recipients were rejected",
    BAD_INPUT: "bad input, usage or configuration; nothing was sent",
    REFUSED: "a request was refused by the provider",
    NOT_SENT: "some recipients were not sent to, or not yet",
    UNKNOWN: "an outcome is unknown, or could not be written down",
    BUSY: "another process uses the ledger; this one has sent nothing",
}


def exit_code(*, unknown: bool = False, refused: bool = False, not_sent: bool = False, rejected: bool = False) -> int:
    """Return the most serious of what happened.

    Args:
        unknown: whether something is unknown, or could not be written down.
        refused: whether a request as a whole was refused.
        not_sent: whether somebody was not sent to, or is still to go.
        rejected: whether somebody was rejected.
    """
    if unknown:
        return UNKNOWN
    if refused:
        return REFUSED
    if not_sent:
        return NOT_SENT
    return SOME_REJECTED if rejected else ALL_ACCEPTED
