"""Sign in with a code by SMS: a small web application that handles every outcome of sending one.

It keeps its state in memory, which is enough for one process. With several, keep it in a store that all of them share.
"""

import hashlib
import hmac
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, request, session

import laaffic
from laaffic import State

SECONDS_A_CODE_IS_GOOD = 300
SECONDS_BETWEEN_CODES = 60
CODES_IN_AN_HOUR = 5  # to a number; and ten times as many for an address, behind which several people may be
GUESSES = 5
HOUR = 3600

log = logging.getLogger(__name__)

Response = tuple[dict[str, str], int]
OUTCOMES: dict[State, Response] = {
    State.ACCEPTED: ({"message": "We have sent you a code."}, 202),
    State.REJECTED: ({"message": "We cannot send to this number. Please check it."}, 422),
    State.NOT_SENT: ({"message": "We could not send a code. Please try again."}, 503),
    # It may be on its way: it stays good, and another is not sent before the usual pause is over.
    State.UNKNOWN: ({"message": "Your code may take a while. Enter it when it comes."}, 202),
}


@dataclass
class Codes:
    """The codes that are waiting to be entered, and who had how many lately."""

    now: Callable[[], float]
    _waiting: dict[str, tuple[bytes, float, int]] = field(default_factory=dict)  # digest, end, guesses left
    _taken: dict[str, list[float]] = field(default_factory=dict)
    # There are only a million codes: a hash without a key, or with one kept beside it, is guessed in no time.
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, number: str, address: str) -> str | None:
        """Return a new code, or None when it is too soon. It counts from now on, so that two requests do not race."""
        with self._lock:
            now = self.now()
            self._forget_old(now)
            mine, theirs = self._taken.setdefault(number, []), self._taken.setdefault(address, [])
            if mine and now - mine[-1] < SECONDS_BETWEEN_CODES:
                return None
            if len(mine) >= CODES_IN_AN_HOUR or len(theirs) >= 10 * CODES_IN_AN_HOUR:
                return None
            mine.append(now)
            theirs.append(now)
            code = f"{secrets.randbelow(10**6):06}"
            self._waiting[number] = (self._digest(number, code), now + SECONDS_A_CODE_IS_GOOD, GUESSES)
            return code

    def take_back(self, number: str) -> None:
        """Forget a code that nobody has got, so that another may be asked for at once."""
        with self._lock:
            self._waiting.pop(number, None)
            self._taken[number].pop()

    def fits(self, number: str, code: str) -> bool:
        """Return whether a code is right. It is good for one sign-in, and after some wrong guesses for none."""
        with self._lock:
            self._forget_old(self.now())
            digest, end, guesses = self._waiting.pop(number, (b"", 0.0, 0))
            right = hmac.compare_digest(digest, self._digest(number, code))
            if not right and guesses > 1:
                self._waiting[number] = (digest, end, guesses - 1)
            return right

    def _digest(self, number: str, code: str) -> bytes:
        return hmac.digest(self._key, f"{number}:{code}".encode(), hashlib.sha256)

    def _forget_old(self, now: float) -> None:
        self._waiting = {number: kept for number, kept in self._waiting.items() if now < kept[1]}
        recent = {who: [then for then in times if now - then < HOUR] for who, times in self._taken.items()}
        self._taken = {who: times for who, times in recent.items() if times}


def send(client: laaffic.Client, number: str, text: str) -> State:
    """Send a text, and return what became of it. What the operator should know goes to the log."""
    try:
        client.send(number, text)
    except laaffic.LaafficError as error:
        its_the_number = isinstance(error, laaffic.RejectedError | laaffic.InvalidNumberError)
        if its_the_number and error.nothing_was_sent:
            return State.REJECTED
        # Its text says what happened and what to do, without the number, the message or a secret.
        log.error("sending a code: %s", error)  # noqa: TRY400  # a trace would add nothing
        # For the user, a refusal for a reason of ours (the balance, say) is the same as not sent.
        return State.NOT_SENT if error.nothing_was_sent else State.UNKNOWN
    return State.ACCEPTED


def create_app(now: Callable[[], float] = time.monotonic) -> Flask:
    """Return the application. LAAFFIC_* in the environment says where and as whom it sends."""
    app = Flask(__name__)
    app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_bytes(32)
    codes = Codes(now)
    client = laaffic.Client(timeout=(3, 10))  # one for all requests; somebody is waiting for the response
    app.extensions["laaffic"] = client

    @app.post("/code")
    def ask_for_code() -> Response:
        try:
            number = laaffic.normalize_number(request.form.get("number", ""))
        except laaffic.InvalidMessageError:
            return {"message": "Please check the number, with its country code."}, 400
        code = codes.make(number, f"address {request.remote_addr}")
        if code is None:
            return {"message": "Please wait a while before you ask for another code."}, 429
        outcome = send(client, number, f"Your code is {code}. It is good for {SECONDS_A_CODE_IS_GOOD // 60} minutes.")
        if outcome in {State.REJECTED, State.NOT_SENT}:
            codes.take_back(number)
        return OUTCOMES[outcome]

    @app.post("/sign-in")
    def sign_in() -> Response:
        number = "".join(filter(str.isdecimal, request.form.get("number", "")))
        if not codes.fits(number, request.form.get("code", "").strip()):
            return {"message": "This code is wrong, or no longer good."}, 401
        session.clear()
        session["number"] = number
        return {"message": "You are signed in."}, 200

    return app
