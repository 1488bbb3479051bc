"""A gateway that runs already, in this process or elsewhere: what was sent to it, and what goes wrong."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from laaffic_mock._account import environment_for
from laaffic_mock.gateway.assertions import Came, Wanted, failure_text
from laaffic_mock.gateway.desk.message import AcceptedMessage, from_json
from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.following import Following
from laaffic_mock.gateway.words import MAX_ON_A_PAGE, REFUSE

# The SDK tries to connect for up to 1.2 seconds; a shorter refusal would now and then come to nothing.
DEFAULT_SECONDS_TO_REFUSE = 2.0


class RemoteGateway(Following):
    """A mock gateway that runs somewhere, asked over its inspection paths.

    Args:
        url: its address, such as `http://127.0.0.1:4010`.
        inspection_url: the address of its inspection paths, where that is another one (behind a proxy).

    Raises:
        GatewayError: from every method, when no mock gateway answers there.
    """

    __module__ = "laaffic_mock"

    def __init__(self, url: str, *, inspection_url: str | None = None) -> None:
        super().__init__(inspection_url or url)
        self.url = url.rstrip("/")
        self._let_go = 0

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point `laaffic.Client()` here, with the provider's published sample account."""
        return environment_for(self.url)

    @property
    def messages(self) -> list[AcceptedMessage]:
        """Every message that it has accepted and still keeps, one for each recipient, oldest first."""
        return list(self._pages())

    @property
    def requests(self) -> int:
        """How many requests have come to the contract's endpoints, or would have if Prism had not refused them."""
        return int(self.counts.get("requests", 0))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requests have come, and how they ended: by status, or by fault."""
        counts: Mapping[str, int] = self._asking.ask("GET", "health")["counts"]
        return counts

    @property
    def requests_refused(self) -> list[Mapping[str, Any]]:
        """The last requests that were refused or malformed, at most 1,000, oldest first; those to other paths, too.

        What a Prism before it refuses is among them soon after the client has its response; a question at Prism's own
        address waits for it.

        Each has `method`, `path`, `headers` with key and signature masked, `body`, `status` (that of HTTP),
        `provider_status`, and `rule`: which one was `broken`, and `where`; what was `said`, and what was `expected`;
        and the `remedy`.
        """
        return self._exchanges("refused")

    @property
    def requests_spoiled(self) -> list[Mapping[str, Any]]:
        """The last requests that a fault spoiled, at most 1,000, oldest first: as `requests_refused`, with `fault`.

        `instead` is what the client got of a Prism before it, if the response broke the contract or did not come.
        """
        return self._exchanges("faulty")

    @property
    def balance(self) -> int | None:
        """How many segments may still be sent; None for no limit. It may be set.

        Each recipient costs as many as the text has, as `laaffic.segments` counts them.
        """
        balance: int | None = self._asking.ask("GET", "settings")["balance"]
        return balance

    @balance.setter
    def balance(self, balance: int | None) -> None:
        self.configure(balance=balance)

    def configure(self, **settings: Any) -> None:
        """Change the account.

        Args:
            **settings: `balance`; `words`, sensitive ones (-3); `templates`, approved texts with `{...}` for what
                varies (-6 for others); `allowed_ips` (-2 for others); `clock_offset` in seconds; `api_key`,
                `api_secret`, `app_id`; `deliver_after`, the seconds from accepting to finishing; `held`, whether
                nothing finishes unless it is asked for; `records_per_page`, how many rows getSentRcd gives.

        Raises:
            GatewayError: there is no such setting, or its value does not fit; the text names what there is.
        """
        self._asking.ask("PATCH", "settings", settings)

    def fail_next(self, fault: str, *, times: int = 1, seconds: float | None = None) -> None:
        """Let the next requests go wrong.

        Args:
            fault: which way, such as `"accept_then_drop"`; the table of faults in the documentation has them all. With
                `"refuse_connection"` nobody listens for `seconds`, and `times` has no effect. With `"clock_skew"` the
                gateway's clock is two hours ahead until a request is signed by it.
            times: how many requests.
            seconds: how late `"slow"` responds, by default 1; how long `"refuse_connection"` lasts, by default 2, which
                is longer than `laaffic.Client()` tries.

        Raises:
            GatewayError: there is no such fault, or a number is out of range; the text names what there is.
        """
        wanted: dict[str, Any] = {"fault": fault, "times": times}
        if seconds is None and fault == REFUSE:
            seconds = DEFAULT_SECONDS_TO_REFUSE
        if seconds is not None:
            wanted["seconds"] = seconds
        self._asking.ask("POST", "faults", wanted)
        if fault == REFUSE:
            self._asking.refused_until = time.monotonic() + (seconds or 0)

    def fail_by_chance(self, chances: Mapping[str, float], *, seed: int = 0, seconds: float = 1.0) -> None:
        """Let requests go wrong by chance, repeatably.

        Args:
            chances: for each fault its probability, from 0 to 1, together at most 1. Empty: none any more.
            seed: where the chance begins.
            seconds: how late `"slow"` responds.

        Raises:
            GatewayError: there is no such fault, or a number is out of range; the text names what there is.
        """
        self._asking.ask("PUT", "faults", {"chances": dict(chances), "seed": seed, "seconds": seconds})

    def clear(self) -> None:
        """Forget all messages, counts, faults and settings, and push no reports. Message ids are not used again."""
        if time.monotonic() < self._asking.refused_until:
            self.fail_next(REFUSE, seconds=0)
        self._asking.ask("POST", "clear")
        self.stopped.clear()
        self._begin_anew()

    def assert_sent(
        self,
        to: str | None = None,
        *,
        containing: str | None = None,
        sender_id: str | None = None,
        order_id: str | None = None,
        times: int | None = None,
    ) -> list[AcceptedMessage]:
        """Assert that a message was accepted.

        Args:
            to: the recipient's number; spaces, hyphens and a plus do not matter.
            containing: a part of the text.
            sender_id: the sender id.
            order_id: the order id.
            times: exactly how many such messages; by default at least one.

        Returns:
            The messages that fit, oldest first.

        Raises:
            AssertionError: its text shows what was accepted instead.
            GatewayError: it cannot be told, because messages were let go.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        wanted = Wanted(to, containing, sender_id, order_id)
        messages = self.messages
        found = [message for message in messages if wanted.fits(message)]
        if self._let_go and (times is not None or not found):
            lost = f"{self._let_go} of the accepted messages were let go, so it cannot be told"
            raise GatewayError(f"{lost}: clear the gateway, give it a higher limit, or shorten the order ids")
        if len(found) != times if times is not None else not found:
            wrong = _told_apart(self.requests_refused, self.requests_spoiled)
            came = Came(self.counts, wrong, self.stopped)
            raise AssertionError(failure_text(wanted, times, len(found), messages, came))
        return found

    def assert_not_sent(self, to: str | None = None, *, containing: str | None = None) -> None:
        """Assert that no message like this was accepted; without arguments, none at all.

        Raises:
            AssertionError: its text shows what was accepted.
            GatewayError: it cannot be told, because messages were let go.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        self.assert_sent(to, containing=containing, times=0)

    def _exchanges(self, only: str) -> list[Mapping[str, Any]]:
        exchanges: list[Mapping[str, Any]] = self._asking.ask("GET", f"requests?only={only}&limit=1000")["requests"]
        return exchanges

    def _pages(self) -> Iterator[AcceptedMessage]:
        offset, total = 0, 1
        while offset < total:
            page = self._asking.ask("GET", f"messages?offset={offset}&limit={MAX_ON_A_PAGE}")
            total, self._let_go = page["total"], page["let_go"]
            offset += MAX_ON_A_PAGE
            yield from map(from_json, page["messages"])


def _told_apart(*given: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return exchanges in their order, each once."""
    by_id = {exchange["id"]: exchange for exchanges in given for exchange in exchanges}
    return [by_id[exchange_id] for exchange_id in sorted(by_id)]
