"""What the gateway responds to bodies that are all different, and when they came."""

import random
import time
from collections.abc import Iterable, Sequence
from itertools import accumulate, cycle

import orjson

from bench.peers.responses import Response, http

Arrival = tuple[float, int]
"""When a request came, in seconds by the monotonic clock, and how many recipients it had."""


_SOME = random.Random(1)  # noqa: S311  # no secret
_GAPS = [_SOME.randrange(1, 10) for _ in range(10_007)]


class Upstream:
    """Accepts everybody, with message ids as in the provider's sample: the time in 12 digits, then a number in 7.

    The numbers count up with gaps, as if others sent as well.
    """

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._numbers = accumulate(cycle(_GAPS))

    def respond(self, body: bytes) -> Response:
        """Respond to one request. Message ids go up from recipient to recipient."""
        began = time.strftime("%y%m%d%H%M%S", time.gmtime())
        accepted = []
        for message in orjson.loads(body)["array"]:
            numbers, order_ids = message["numbers"].split(","), message["orderId"].split(",")
            for number, order_id in zip(numbers, order_ids, strict=True):
                accepted.append(
                    {"msgId": f"{began}{next(self._numbers) % 10**7:07}", "number": number, "orderId": order_id}
                )
        self.arrivals.append((time.monotonic(), len(accepted)))
        content = {"status": "0", "reason": "success", "success": str(len(accepted)), "fail": "0", "array": accepted}
        return Response(http("200 OK", orjson.dumps(content)), len(accepted))


def off_by(arrivals: Sequence[Arrival], rate: float, window: float) -> float:
    """Return by which share the recipients of any window differ from the rate at most.

    Args:
        arrivals: in the order in which they came.
        rate: recipients a second.
        window: seconds; each begins with an arrival, and ends before the last one.
    """
    worst = 0.0
    for first, (began, _) in enumerate(arrivals):
        if began + window > arrivals[-1][0]:
            break
        inside = sum(recipients for at, recipients in arrivals[first:] if at < began + window)
        worst = max(worst, abs(inside / (rate * window) - 1))
    return worst


def per_second(arrivals: Iterable[Arrival]) -> float:
    """Return how many recipients came in a second, from the first arrival to the last."""
    times, recipients = zip(*arrivals, strict=True)
    return float(sum(recipients[1:]) / (times[-1] - times[0]))
