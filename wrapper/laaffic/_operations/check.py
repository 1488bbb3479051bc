"""A look at the account and at the clock, in one query that sends nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from laaffic._http.channel import Call
from laaffic._http.evidence import Evidence, Responded
from laaffic._operations.get_balance import Balance, read_balance
from laaffic._operations.operation import Operation
from laaffic._outcome.clock import server_time
from laaffic._settings import Timeouts
from laaffic_api.api.account import get_balance as endpoint


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. That there is one means that the key is accepted.

    Attributes:
        balance: what the account has to spend.
        clock_skew: how many seconds the provider's clock is ahead of this machine's, to within a second or two; None
            when its response has no date. The provider accepts half an hour either way, and a request that it refuses
            for its timestamp is signed again by its clock.
    """

    __module__ = "laaffic"

    balance: Balance
    clock_skew: float | None


def check(timeout: Timeouts | None, clock: Callable[[], float] = time.time) -> Operation[Check]:
    """Check key, clock and balance."""

    def found(evidence: Evidence) -> Check:
        balance = read_balance(evidence)
        theirs = server_time(evidence) if isinstance(evidence, Responded) else None
        # A date has whole seconds, cut off: it is half a second old on average.
        return Check(balance, None if theirs is None else float(round(theirs + 0.5 - clock())))

    return Operation(Call(endpoint, {}, repeatable=True, timeout=timeout), outcome=found)
