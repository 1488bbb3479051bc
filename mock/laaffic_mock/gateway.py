"""The stateful gateway: one that runs already, and one to start here."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2

from laaffic_mock._account import environment_for
from laaffic_mock._app import make_app
from laaffic_mock._assertions import Wanted, failure_text
from laaffic_mock._book import AcceptedMessage
from laaffic_mock._contract import load_contract
from laaffic_mock._desk import Desk
from laaffic_mock._faults import DEFAULT_SECONDS
from laaffic_mock._inspection import MOST_ON_A_PAGE, REFUSE
from laaffic_mock._server import GatewayError, start
from laaffic_mock._wire import Connections

__all__ = ["AcceptedMessage", "Gateway", "GatewayError", "RemoteGateway", "magic_numbers"]

DEFAULT_LIMIT = 100_000
# The SDK tries to connect for up to 1.2 seconds; a shorter refusal would now and then come to nothing.
DEFAULT_SECONDS_TO_REFUSE = 2.0
_PAUSE = 0.02
DEFAULT_PATIENCE = 30.0


class RemoteGateway:
    """A mock gateway that runs somewhere, asked over its inspection paths.

    Args:
        url: its address, such as `http://127.0.0.1:4010`.
        inspect: the address of its inspection paths, where that is another one (behind a proxy).

    Raises:
        GatewayError: from every method, when no mock gateway answers there.
    """

    def __init__(self, url: str, *, inspect: str | None = None) -> None:
        self.url = url.rstrip("/")
        # Idle connections are given up before the gateway does so, which would look as if it had gone.
        limits = httpx2.Limits(keepalive_expiry=60)
        self._http = httpx2.Client(base_url=inspect or self.url, trust_env=False, timeout=30, limits=limits)
        self._refuses_until = 0.0
        self._let_go = 0

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point `laaffic.Client()` here, with the provider's published sample account."""
        return environment_for(self.url)

    @property
    def messages(self) -> list[AcceptedMessage]:
        """Every message that it has accepted and still keeps, one for each receiver, oldest first."""
        return list(self._pages())

    @property
    def requests(self) -> int:
        """How many requests have come to the contract's endpoint."""
        return int(self.counts.get("requests", 0))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requests have come, and how they ended: by status, or by fault."""
        counts: Mapping[str, int] = self._ask("GET", "health")["counts"]
        return counts

    @property
    def balance(self) -> int | None:
        """How many receivers may still be sent to, each costing 1; None for no limit. It may be set."""
        balance: int | None = self._ask("GET", "settings")["balance"]
        return balance

    @balance.setter
    def balance(self, balance: int | None) -> None:
        self.configure(balance=balance)

    def configure(self, **settings: Any) -> None:
        """Change the account.

        Args:
            **settings: `balance`; `words`, sensitive ones (-3); `templates`, approved texts with `{...}` for what
                varies (-6 for others); `allowed_ips` (-2 for others); `clock_offset` in seconds; `api_key`,
                `api_secret`, `app_id`.
        """
        self._ask("PATCH", "settings", settings)

    def fail_next(self, fault: str, *, times: int = 1, seconds: float | None = None) -> None:
        """Let the next requests go wrong.

        Args:
            fault: which way, such as `"accept_then_drop"`; the table of faults in the documentation has them all. With
                `"refuse_connection"` nobody listens for `seconds`, and `times` has no effect.
            times: how many requests.
            seconds: how late `"slow"` answers, by default 1; how long `"refuse_connection"` lasts, by default 2, which
                is longer than `laaffic.Client()` tries.
        """
        if seconds is None:
            seconds = DEFAULT_SECONDS_TO_REFUSE if fault == REFUSE else DEFAULT_SECONDS
        self._ask("POST", "faults", {"fault": fault, "times": times, "seconds": seconds})
        if fault == REFUSE:
            self._refuses_until = time.monotonic() + seconds

    def fail_by_chance(self, chances: Mapping[str, float], *, seed: int = 0) -> None:
        """Let requests go wrong by chance, repeatably.

        Args:
            chances: for each fault its probability, from 0 to 1, together at most 1. Empty: none any more.
            seed: where the chance begins.
        """
        self._ask("PUT", "faults", {"chances": dict(chances), "seed": seed})

    def clear(self) -> None:
        """Forget all messages, counts, faults and settings, as if newly started."""
        if time.monotonic() < self._refuses_until:
            self.fail_next(REFUSE, seconds=0)
        self._ask("POST", "clear")

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
            to: the receiver's number; spaces, hyphens and a plus do not matter.
            containing: what stands in the text.
            sender_id: the sender id.
            order_id: the order id.
            times: exactly how many such messages; by default at least one.

        Returns:
            The messages that fit, oldest first.

        Raises:
            AssertionError: its text shows what was accepted instead.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        wanted = Wanted(to, containing, sender_id, order_id)
        messages = self.messages
        if times is not None and self._let_go:
            lost = f"{self._let_go} messages were let go, so how often one was accepted cannot be told"
            raise GatewayError(f"{lost}: give the gateway a higher limit, or clear it")
        found = [message for message in messages if wanted.fits(message)]
        if len(found) != times if times is not None else not found:
            raise AssertionError(failure_text(wanted, times, len(found), messages, self.counts))
        return found

    def assert_not_sent(self, to: str | None = None, *, containing: str | None = None) -> None:
        """Assert that no message like this was accepted; without arguments, none at all.

        Raises:
            AssertionError: its text shows what was accepted.
        """
        __tracebackhide__ = True  # pytest then shows the test's own line
        self.assert_sent(to, containing=containing, times=0)

    def close(self) -> None:
        """Stop asking. The gateway itself runs on."""
        self._http.close()

    def _pages(self) -> Iterator[AcceptedMessage]:
        offset, total = 0, 1
        while offset < total:
            page = self._ask("GET", f"messages?offset={offset}&limit={MOST_ON_A_PAGE}")
            total, self._let_go = page["total"], page["let_go"]
            offset += MOST_ON_A_PAGE
            yield from (AcceptedMessage(**message) for message in page["messages"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        try:
            response = self._patiently(method, f"/_mock/{path}", body)
            answer = response.json() if response.content else None
        except (httpx2.HTTPError, ValueError) as error:
            raise GatewayError(f"no mock gateway answers at {self.url} ({type(error).__name__})") from None
        if response.is_error:
            raise GatewayError(
                answer.get("error", f"HTTP {response.status_code}") if isinstance(answer, dict) else path
            )
        return answer

    def _patiently(self, method: str, path: str, body: Any) -> httpx2.Response:
        """Ask; while connections are refused on request, wait for the end of that."""
        while True:
            try:
                return self._http.request(method, path, json=body)
            except httpx2.ConnectError:
                if time.monotonic() > self._refuses_until + _PAUSE:
                    raise
                time.sleep(_PAUSE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Gateway(RemoteGateway):
    """A mock gateway in a thread of this process, from its making until `close()`, best used in `with`.

    Args:
        host: where to listen; loopback unless told otherwise. It takes anybody's messages, so mind who can reach it.
        port: 0 for a free one.
        limit: how many messages it keeps at the most; then the oldest are let go.
        patience: how many seconds a client has for the headers of a request, and again for its body.
        told: is called with every message that is accepted, in the gateway's own thread.

    Raises:
        GatewayError: the port is in use.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limit: int = DEFAULT_LIMIT,
        patience: float = DEFAULT_PATIENCE,
        told: Callable[[AcceptedMessage], None] | None = None,
    ) -> None:
        connections = Connections(patience)
        desk = Desk(load_contract(), limit, told or (lambda _: None))
        self._server, self._thread = start(
            host, port, connections, lambda refuse: make_app(desk, connections, refuse, patience)
        )
        name = f"[{host}]" if ":" in host else host
        super().__init__(f"http://{name}:{self._server.address[1]}")

    def close(self) -> None:
        """Stop, and drop every connection. Harmless when it has stopped."""
        super().close()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)


def magic_numbers() -> Sequence[tuple[str, str]]:
    """Return the magic numbers, each with what it means."""
    return [(number, row.means) for number, row in Desk(load_contract(), 1).magic.items()]
