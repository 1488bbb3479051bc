"""A gateway to start here, and what it knows of magic numbers."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from starlette.applications import Starlette

from laaffic_mock._addresses import local_url, own_names
from laaffic_mock._tokens import drop, keep
from laaffic_mock.gateway.contract import load_contract
from laaffic_mock.gateway.delivery.pushing import Pusher
from laaffic_mock.gateway.delivery.reports import PLAIN
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.desk import Desk
from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.settings import Settings
from laaffic_mock.gateway.endpoints import find_endpoints
from laaffic_mock.gateway.errors import GatewayError
from laaffic_mock.gateway.faults.magic import make_magic
from laaffic_mock.gateway.remote import RemoteGateway
from laaffic_mock.gateway.serving.aftermath import Aftermath
from laaffic_mock.gateway.serving.app import make_app
from laaffic_mock.gateway.serving.guard import Hosts
from laaffic_mock.gateway.serving.paths.deliveries import as_target
from laaffic_mock.gateway.serving.quiet import THREAD_NAME
from laaffic_mock.gateway.serving.server import start
from laaffic_mock.gateway.serving.values import BadRequest, as_settings
from laaffic_mock.gateway.serving.watch import Watch
from laaffic_mock.gateway.serving.wire import Connections

DEFAULT_LIMIT = 100_000
DEFAULT_READ_TIMEOUT = 30.0


class Gateway(RemoteGateway):
    """A mock gateway in a thread of this process, from its making until `close()`, best used in `with`.

    Args:
        host: where to listen, by default on loopback only. It takes anybody's messages, so mind who can reach it.
        port: 0 for a free one.
        allow_hosts: further names by which it may be asked, without a port, such as the `mock` of `http://mock:4010`.
            Those of loopback and `host` always are; `0.0.0.0`, every address, stands for the machine's own name.
        limit: how many messages it keeps at the most, of 1 KiB on average; then the oldest are let go, and one of more
            than 64 KiB at once.
        read_timeout: how many seconds a client has for the headers of a request, and again for its body.
        deliver_after: how many seconds it takes, by the clock of deliveries, until an accepted message has finished.
        held: whether that clock stands still, so that nothing finishes unless `advance` or `deliver` is called.
        push_to: a URL to which reports are pushed, on loopback or a host of `allow_hosts`.
        on_accepted: is called with every message that is accepted, in the gateway's own thread.
        on_wrong: is called there with every request that was refused or met a fault, a dict as in `requests_refused`,
            and again with one whose response Prism replaced, which has `instead`.

    Raises:
        GatewayError: the port is in use, a host is none, a setting does not fit, or reports must not be pushed there.
    """

    __module__ = "laaffic_mock"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_hosts: Iterable[str] = (),
        limit: int = DEFAULT_LIMIT,
        read_timeout: float = DEFAULT_READ_TIMEOUT,
        deliver_after: float = 2.0,
        held: bool = False,
        push_to: str | None = None,
        on_accepted: Callable[[AcceptedMessage], None] | None = None,
        on_wrong: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        contract = load_contract()
        hosts = Hosts(name for given in (host, *allow_hosts) for name in own_names(given))
        try:
            settings = Settings(**as_settings({"deliver_after": deliver_after, "held": held}))
            target = None if push_to is None else as_target(push_to, PLAIN, hosts)
        except BadRequest as error:
            raise GatewayError(str(error)) from None
        token = secrets.token_urlsafe()
        connections = Connections(read_timeout)
        account = Account(contract, limit, settings, on_accepted or (lambda _: None))
        desk = Desk(account)
        self._pusher = Pusher(contract.pushed_reports, target, f"{THREAD_NAME}-pushes")
        watch = Watch(account, on_wrong)
        aftermath = Aftermath(account, self._pusher, watch.events)

        def make(refuse: Callable[[float], Awaitable[None]]) -> Starlette:
            return make_app(
                find_endpoints(contract),
                desk,
                aftermath,
                connections,
                refuse,
                read_timeout=read_timeout,
                hosts=hosts,
                watch=watch,
                token=token,
            )

        self._server, self._thread = start(host, port, connections, make, aftermath.close)
        super().__init__(local_url(host, self._server.address[1]))
        keep(self.url, token)

    def close(self) -> None:
        """Stop, and drop every connection. Harmless when it has stopped."""
        drop(self.url)
        self._pusher.close()
        super().close()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)


def magic_numbers() -> Sequence[tuple[str, str]]:
    """Return the magic numbers, each with what it means."""
    return [(number, row.means) for number, row in make_magic(load_contract()).items()]
