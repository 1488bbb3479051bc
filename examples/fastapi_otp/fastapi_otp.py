"""Sign in with a code by SMS, with FastAPI: one client for the whole life of the application, and pushed reports.

Codes and reports are in memory, which is enough for one process. With several, keep them in a store that all share.
"""

import hashlib
import hmac
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, Path, Request, Response
from pydantic import BaseModel, StringConstraints

import laaffic

SECONDS_A_CODE_IS_GOOD = 300
SECONDS_BETWEEN_CODES = 60
CODES_IN_AN_HOUR = 5  # to a number; and ten times as many for an address, behind which several people may be
GUESSES = 5
HOUR = 3600
MAX_REPORTS = 100_000

log = logging.getLogger(__name__)


@dataclass
class Codes:
    """The codes that are waiting to be entered, and who had how many lately.

    No method awaits anything, so that on one event loop each of them is one step.
    """

    _waiting: dict[str, tuple[bytes, float, int]] = field(default_factory=dict)  # digest, end, guesses left
    _taken: dict[str, list[float]] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))  # without one, a million hashes are soon tried

    def make(self, number: str, address: str) -> str | None:
        """Return a new code, or None when it is too soon for one."""
        now = time.monotonic()
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
        self._waiting.pop(number, None)
        self._taken.get(number, [0.0]).pop()

    def fits(self, number: str, code: str) -> bool:
        """Return whether a code is right. It is good for one sign-in, and after some wrong guesses for none."""
        self._forget_old(time.monotonic())
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


class State(TypedDict):
    """What the application has for as long as it runs."""

    sms: laaffic.AsyncClient
    codes: Codes
    reports: dict[tuple[str, str], laaffic.DeliveryReport]


class Asking(BaseModel):
    """Somebody asks for a code."""

    number: Annotated[str, StringConstraints(max_length=40)]


class SigningIn(Asking):
    """Somebody signs in with it."""

    code: Annotated[str, StringConstraints(max_length=10)]


class Told(BaseModel):
    """What the customer is told."""

    message: str


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[State]:
    """Make the one client when the application starts, and close it when it ends."""
    async with laaffic.AsyncClient(timeout=(3, 10)) as client:  # somebody is waiting for the response
        yield {"sms": client, "codes": Codes(), "reports": {}}


def number_of(asking: Asking) -> str | None:
    """Return a number as it is sent to, or None when it is none."""
    try:
        return laaffic.normalize_number(asking.number)
    except laaffic.InvalidMessageError:
        return None


async def send(client: laaffic.AsyncClient, codes: Codes, number: str, code: str) -> tuple[int, str]:
    """Send a code, and return what to tell the customer. What the operator should know goes to the log."""
    try:
        await client.send(number, f"Your code is {code}. It is good for {SECONDS_A_CODE_IS_GOOD // 60} minutes.")
    except laaffic.LaafficError as error:
        if not error.nothing_was_sent:
            # It may be on its way: it stays good, and another is not sent before the usual pause is over.
            log.warning("sending a code: %s", error)
            return 202, "Your code may take a while. Enter it when it comes."
        codes.take_back(number)
        if isinstance(error, laaffic.RejectedError | laaffic.InvalidNumberError):
            return 422, "We cannot send to this number. Please check it."
        log.error("sending a code: %s", error)  # noqa: TRY400  # its text says what to do; a trace adds nothing
        return 503, "We could not send a code. Please try again."
    return 202, "We have sent you a code."


app = FastAPI(lifespan=lifespan)


@app.post("/code", status_code=202)
async def ask_for_code(number: Annotated[str | None, Depends(number_of)], request: Request, response: Response) -> Told:
    """Send a code. A number is JSON: a page of another site cannot post that."""
    if number is None:
        response.status_code = 400
        return Told(message="Please check the number, with its country code.")
    codes: Codes = request.state.codes
    code = codes.make(number, f"address {request.client.host if request.client else ''}")
    if code is None:
        response.status_code = 429
        return Told(message="Please wait a while before you ask for another code.")
    response.status_code, message = await send(request.state.sms, codes, number, code)
    return Told(message=message)


@app.post("/sign-in")
async def sign_in(signing_in: SigningIn, request: Request, response: Response) -> Told:
    """Sign in. Here your application begins a session."""
    codes: Codes = request.state.codes
    if not codes.fits("".join(filter(str.isdecimal, signing_in.number)), signing_in.code.strip()):
        response.status_code = 401
        return Told(message="This code is wrong, or no longer good.")
    return Told(message="You are signed in.")


@app.post("/reports/{token}", include_in_schema=False)
async def take_report(token: Annotated[str, Path(max_length=200)], request: Request) -> Response:
    """Note a pushed report. It has no signature and the path is its only secret, so nothing of value may follow."""
    expected = os.environ.get("REPORTS_TOKEN", "")  # long and random; without one, nobody may push
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        return Response(status_code=404)
    try:
        report = laaffic.parse_report(await request.body())
    except laaffic.InvalidReportError:
        return Response(status_code=400)
    reports: dict[tuple[str, str], laaffic.DeliveryReport] = request.state.reports
    reports[report.msg_id, report.state] = report  # one that comes twice is noted once
    if len(reports) > MAX_REPORTS:
        del reports[next(iter(reports))]
    log.info("message %r: %s", report.msg_id, report.state)
    return Response()
