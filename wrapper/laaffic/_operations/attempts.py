"""Whether to try again: decided here and nowhere else."""

import logging
import random
from dataclasses import replace

from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._http.signing import Signer
from laaffic._outcome.clock import refused_for_its_timestamp, server_time, shows_wrong_clock
from laaffic._outcome.query import may_repeat

QUERY_ATTEMPTS = 3
_FIRST_PAUSE = 0.25  # seconds, doubled each time
_logger = logging.getLogger("laaffic")


class Attempts:
    """The attempts of one call.

    Two things are tried again because nobody was accepted: a connection that could not be made, and, once, a request
    refused for its timestamp (-16), when the response's date shows that the timestamp was wrong and no other request
    used the connection, whose response it might be. A query is also repeated after any failure that may pass.
    """

    def __init__(self, signer: Signer, connect_retries: int, *, repeatable: bool) -> None:
        self._signer = signer
        self._retries = QUERY_ATTEMPTS - 1 if repeatable else connect_retries
        self._repeatable = repeatable
        self._paused = 0
        self._refused: Responded | None = None  # for its timestamp, after which the request was signed anew

    def pause_before_next(self, evidence: Evidence) -> float | None:
        """Return how many seconds to wait before the next attempt, or None when this one was the last."""
        if refused_for_its_timestamp(evidence):
            return self._sign_anew(evidence) if shows_wrong_clock(evidence) else None
        if self._repeatable:
            again = may_repeat(evidence)
        else:
            again = isinstance(evidence, Unanswered) and evidence.connecting and not evidence.reached
        return self._pause() if again and self._paused < self._retries else None

    def last(self, evidence: Evidence) -> Evidence:
        """Return the evidence of the last attempt, which says whether that one was signed anew."""
        if self._refused is None or evidence is self._refused or not isinstance(evidence, Responded):
            return evidence
        return replace(evidence, signed_anew=True)

    def _sign_anew(self, evidence: Responded) -> float | None:
        theirs = server_time(evidence)
        if theirs is None or (evidence.followed and not self._repeatable):  # which response is this one's, nobody knows
            return None
        skew = self._signer.correct(theirs)  # also for the requests that follow
        # On a kept connection it may be another request's: of a send, that is no reason to post once more.
        if self._refused is not None or (evidence.kept and not self._repeatable):
            return None
        self._refused = evidence
        _logger.warning("the provider's clock differs by %d s; signing again and posting once more", skew)
        return 0.0

    def _pause(self) -> float:
        """Return the next pause: twice the last one, spread so that many clients do not return at the same moment."""
        pause = _FIRST_PAUSE * float(2**self._paused) * random.uniform(0.5, 1.5)  # noqa: S311  # spreading load is no secret
        self._paused += 1
        return pause
