"""What can go wrong on purpose: the faults, and which one is due."""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from laaffic_mock.gateway.words import REFUSE

DEFAULT_SECONDS = 1.0
SKEW_SECONDS = 7200.0


class Fault(StrEnum):
    """One way for a request to go wrong. Whether the gateway accepts what was asked all the same is part of it."""

    DROP_BEFORE_READING = "drop_before_reading"
    DROP = "drop"
    ACCEPT_THEN_DROP = "accept_then_drop"
    CUT_HEADERS = "cut_headers"
    CUT_BODY = "cut_body"
    HANG = "hang"
    ACCEPT_THEN_HANG = "accept_then_hang"
    SLOW = "slow"
    HTTP_500 = "http_500"
    HTTP_502 = "http_502"
    HTTP_503 = "http_503"
    HTTP_429 = "http_429"
    TRUNCATED_JSON = "truncated_json"
    WRONG_TYPES = "wrong_types"
    NULL_FIELDS = "null_fields"
    WRONG_COUNTS = "wrong_counts"
    UNLISTED_STATUS = "unlisted_status"
    CLOCK_SKEW = "clock_skew"
    TOO_FREQUENT = "too_frequent"


@dataclass(frozen=True, slots=True)
class About:
    """What a fault does, and whether the gateway has accepted the messages when it happens."""

    does: str
    accepts: bool


ABOUT: Mapping[Fault, About] = {
    Fault.DROP_BEFORE_READING: About("drops the connection before the body is read", accepts=False),
    Fault.DROP: About("reads the request, accepts nothing, and drops the connection", accepts=False),
    Fault.ACCEPT_THEN_DROP: About("accepts, then drops the connection without a response", accepts=True),
    Fault.CUT_HEADERS: About("accepts, then drops the connection within the response's headers", accepts=True),
    Fault.CUT_BODY: About("accepts, then drops the connection within the response's body", accepts=True),
    Fault.HANG: About("reads the request, accepts nothing, and never responds", accepts=False),
    Fault.ACCEPT_THEN_HANG: About("accepts, then never responds", accepts=True),
    Fault.SLOW: About("accepts, and responds late", accepts=True),
    Fault.HTTP_500: About("accepts, then responds with HTTP 500 and HTML", accepts=True),
    Fault.HTTP_502: About("accepts nothing, and responds with HTTP 502 and HTML", accepts=False),
    Fault.HTTP_503: About("accepts nothing, and responds with HTTP 503 and HTML", accepts=False),
    Fault.HTTP_429: About("accepts nothing, and responds with HTTP 429", accepts=False),
    Fault.TRUNCATED_JSON: About("accepts, and responds with half of the JSON", accepts=True),
    Fault.WRONG_TYPES: About("accepts, and responds with numbers for strings", accepts=True),
    Fault.NULL_FIELDS: About("accepts, and responds with null for every field that may be missing", accepts=True),
    Fault.WRONG_COUNTS: About("accepts, and responds with counts that do not fit its list", accepts=True),
    Fault.UNLISTED_STATUS: About("accepts nothing, and responds with a status that no table lists", accepts=False),
    Fault.CLOCK_SKEW: About(
        "goes by a clock two hours ahead, refusing with -16 until a request is signed by it: with this package the same"
        " send on a new connection, and the next one on a connection that was used before",
        accepts=True,
    ),
    Fault.TOO_FREQUENT: About("accepts nothing, and refuses as asked too often (-15)", accepts=False),
}


REFUSING = About("drops every connection, and stops listening for some seconds", accepts=False)


def faults() -> Sequence[tuple[str, str]]:
    """Return the faults, each with what the gateway does then. `refuse_connection`, the last, comes by order only."""
    return [*((fault.value, about.does) for fault, about in ABOUT.items()), (REFUSE, REFUSING.does)]


class Due(NamedTuple):
    """A fault, and how many seconds it takes where it takes time."""

    fault: Fault
    seconds: float = DEFAULT_SECONDS


@dataclass
class Plan:
    """Which fault is due: first those that were asked for, in order, then by chance, from a seed."""

    asked: deque[Due] = field(default_factory=deque)
    chances: dict[Fault, float] = field(default_factory=dict)
    seconds: float = DEFAULT_SECONDS
    seed: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def due(self) -> Due | None:
        """Return the next request's fault, or None."""
        if self.asked:
            return self.asked.popleft()
        if self.chances:
            drawn = self.chance.random()
            for fault, probability in self.chances.items():
                if drawn < probability:
                    return Due(fault, self.seconds)
                drawn -= probability
        return None

    def again(self, due: Due) -> None:
        """Let a fault be due for the next request too."""
        self.asked.appendleft(due)
