"""What can go wrong on purpose: the faults, and which one is due."""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way for a request to go wrong. Whether the messages were accepted all the same is part of it."""

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


@dataclass(frozen=True, slots=True)
class About:
    """What a fault does, and whether the gateway has accepted the messages when it happens."""

    does: str
    accepts: bool


ABOUT: Mapping[Fault, About] = {
    Fault.DROP_BEFORE_READING: About("drops the connection before the body is read", accepts=False),
    Fault.DROP: About("reads the request, takes nothing, and drops the connection", accepts=False),
    Fault.ACCEPT_THEN_DROP: About("accepts, then drops the connection without an answer", accepts=True),
    Fault.CUT_HEADERS: About("accepts, then drops the connection within the answer's headers", accepts=True),
    Fault.CUT_BODY: About("accepts, then drops the connection within the answer's body", accepts=True),
    Fault.HANG: About("reads the request, takes nothing, and never answers", accepts=False),
    Fault.ACCEPT_THEN_HANG: About("accepts, then never answers", accepts=True),
    Fault.SLOW: About("accepts, and answers late", accepts=True),
    Fault.HTTP_500: About("accepts, then answers HTTP 500 with HTML", accepts=True),
    Fault.HTTP_502: About("takes nothing, and answers HTTP 502 with HTML", accepts=False),
    Fault.HTTP_503: About("takes nothing, and answers HTTP 503 with HTML", accepts=False),
    Fault.HTTP_429: About("takes nothing, and answers HTTP 429", accepts=False),
    Fault.TRUNCATED_JSON: About("accepts, and answers with half of the JSON", accepts=True),
    Fault.WRONG_TYPES: About("accepts, and answers with integers for strings", accepts=True),
    Fault.NULL_FIELDS: About("accepts, and answers with nulls for counts, reason and order ids", accepts=True),
    Fault.WRONG_COUNTS: About("accepts, and answers with counts that do not fit its list", accepts=True),
    Fault.UNLISTED_STATUS: About("takes nothing, and answers with a status that no table lists", accepts=False),
    Fault.CLOCK_SKEW: About("goes by a clock two hours ahead, and accepts only what is signed by that", accepts=True),
}


@dataclass
class Plan:
    """Which fault is due: first those that were asked for, in order, then by chance, from a seed."""

    asked: deque[tuple[Fault, float]] = field(default_factory=deque)
    chances: dict[Fault, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # repeatable, not secret

    def due(self) -> tuple[Fault, float] | None:
        """Return the next request's fault with its seconds, or None."""
        if self.asked:
            return self.asked.popleft()
        if self.chances:
            drawn = self.chance.random()
            for fault, probability in self.chances.items():
                if drawn < probability:
                    return fault, DEFAULT_SECONDS
                drawn -= probability
        return None


DEFAULT_SECONDS = 1.0
