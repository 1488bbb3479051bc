"""What becomes of messages after a gateway has accepted them, asked and told over its inspection paths."""

import re
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from laaffic_mock.gateway.asking import Asking
from laaffic_mock.gateway.assertions import Wanted, missing_text
from laaffic_mock.gateway.desk.message import AcceptedMessage, from_json
from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.receiver import OnReport, Receiver
from laaffic_mock.gateway.words import MAX_SECONDS

_SECONDS_OF_A_QUESTION = 10.0
_PAUSE = 0.01


class Following(ABC):
    """Follows messages.

    Args:
        url: the address of the gateway's inspection paths.

    Attributes:
        stopped: how often the pytest plugin kept something of this process from which other host.
    """

    def __init__(self, url: str) -> None:
        self._inspection_url = url
        self._asking = Asking(url)
        self._receiver: Receiver | None = None
        self._holds = False
        self.stopped: Counter[str] = Counter()

    @property
    @abstractmethod
    def messages(self) -> list[AcceptedMessage]:
        """Every message that it has accepted and still keeps, one for each recipient, oldest first."""

    @property
    def pushes(self) -> Mapping[str, Any]:
        """What has become of the reports: `pushed`, `failed` and `waiting` are counts.

        Also `to`, where they are pushed to, without the path; `shapes`; and `failures`, the last ones, each with
        `msg_id` and `why`. A push that fails is not repeated: whether the provider does so is not documented.
        """
        pushes: Mapping[str, Any] = self._asking.ask("GET", "pushes")
        return pushes

    def hold(self) -> None:
        """Let nothing finish from now on but by `advance` and `deliver`, also after `clear()`."""
        self._holds = True
        self._asking.ask("PATCH", "settings", {"held": True})

    def advance(self, seconds: float) -> None:
        """Move the clock of deliveries on, and with it every message in its life.

        What finishes so is received now, not in the future. The clock by which signatures and dates are judged stays
        where it is: `configure(clock_offset=...)` moves that one.

        Args:
            seconds: how far, from 0. A message finishes `deliver_after` seconds after it was accepted, by default 2.

        Raises:
            GatewayError: the number is out of range.
        """
        self._asking.ask("POST", "advance", {"seconds": seconds})

    def deliver(
        self, number: str | None = None, *, msg_id: str | None = None, failed: bool = False, reason: str | None = None
    ) -> list[AcceptedMessage]:
        """Let messages finish now, whatever was meant to become of them.

        Args:
            number: to whom: all messages to this number that have not finished. Spaces, hyphens and a plus do not
                matter.
            msg_id: or which one.
            failed: whether they fail.
            reason: why they fail, as the pushed report says it; by default `"UNDELIV"`.

        Returns:
            These messages.

        Raises:
            GatewayError: there is none, or it has finished already; or neither or both of number and msg_id are given.
        """
        wanted = {"number": number and _digits(number), "msg_id": msg_id, "failed": failed, "reason": reason}
        return [from_json(message) for message in self._asking.ask("POST", "deliver", wanted)["messages"]]

    def push_reports_to(self, target: str | OnReport | None, *, shapes: str = "plain") -> None:
        """Push a report of each message that finishes from now on, as the provider does.

        One is pushed after the other, by a thread of the gateway's: `deliver` and `advance` do not wait for that,
        `wait_for_pushes` does. One that fails (anything but HTTP 200) is logged, counted in `pushes`, and not repeated.

        Args:
            target: a URL, on loopback or a host that the gateway allows. Or a function, which is called with each
                report, in a thread of its own, one call after the other; what it raises is a push that failed. None
                stops it, and so does `clear()`.
            shapes: `"plain"`, every report with everything that one may have; `"odd"`, the shapes of the contract's
                examples in turn: an order id that is a number, the key `"orderId "`, and absent fields.

        Raises:
            GatewayError: the URL is none, its host is not allowed, or there are no such shapes.
        """
        receiver = Receiver(target) if callable(target) else None
        url = receiver.url if receiver is not None else target
        try:
            self._asking.ask("PUT", "pushes", {"url": url, "shapes": shapes})
        except BaseException:
            if receiver is not None:
                receiver.close()
            raise
        self._receive_at(receiver)

    def wait_for_pushes(self, timeout: float = 5.0) -> Mapping[str, Any]:
        """Wait until every report of a message that has finished was pushed, or has failed to be.

        Args:
            timeout: at most so many seconds.

        Returns:
            The same as `pushes`.

        Raises:
            AssertionError: some still wait; the text says how many.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        until = time.monotonic() + timeout
        while (pushes := self.pushes)["waiting"]:
            if time.monotonic() > until:
                raise AssertionError(f"{pushes['waiting']} reports still wait to be pushed after {timeout:g} seconds")
            time.sleep(_PAUSE)
        return pushes

    def wait_for(
        self,
        to: str | None = None,
        *,
        containing: str | None = None,
        after: AcceptedMessage | None = None,
        timeout: float = 5.0,
    ) -> AcceptedMessage:
        """Wait until a message is accepted, such as one that a background job sends, and return it.

        The oldest one that fits, also if it was there before: `after` is for the next one.

        Args:
            to: the recipient's number; spaces, hyphens and a plus do not matter.
            containing: a part of the text.
            after: only a message that was accepted after this one.
            timeout: at most so many seconds, up to 3600. Other threads may use the gateway meanwhile; an event loop
                is held up, so there use `asyncio.to_thread`.

        Raises:
            AssertionError: none came in time; its text shows what did.
            GatewayError: the timeout is out of range.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        if not 0 <= timeout <= MAX_SECONDS:  # nor is a NaN
            raise GatewayError(f"timeout is a number from 0 to {MAX_SECONDS:g}")
        query = {"number": to and _digits(to), "containing": containing, "after": after and after.msg_id}
        given = {name: value for name, value in query.items() if value is not None}
        until, left = time.monotonic() + timeout, timeout
        asking = Asking(self._inspection_url)  # of its own, so that others can ask meanwhile
        asking.refused_until = self._asking.refused_until
        try:
            while True:
                given["timeout"] = str(min(left, _SECONDS_OF_A_QUESTION))
                found = asking.ask("GET", f"messages/wait?{urlencode(given)}")["message"]
                if found is not None:
                    return from_json(found)
                left = until - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        missing_text(Wanted(to, containing, None, None), timeout, self.messages, self.stopped)
                    )
        finally:
            asking.close()

    def codes(self, to: str | None = None) -> list[str]:
        """Return the one-time codes in the texts that were accepted, oldest message first.

        They are found by their look, as `AcceptedMessage.codes` says.

        Args:
            to: only those to this number; spaces, hyphens and a plus do not matter.
        """
        wanted = Wanted(to, None, None, None)
        return [code for message in self.messages if wanted.fits(message) for code in message.codes]

    def close(self) -> None:
        """Stop asking. The gateway itself runs on."""
        self._receive_at(None)
        self._asking.close()

    def _begin_anew(self) -> None:
        """Do what follows from clearing the gateway."""
        self._receive_at(None)
        if self._holds:
            self.hold()

    def _receive_at(self, receiver: Receiver | None) -> None:
        before, self._receiver = self._receiver, receiver
        if before is not None:
            before.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
