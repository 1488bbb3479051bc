"""What a developer watches is written down here, as requests come and responses go."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.desk import Verdict
from laaffic_mock.gateway.desk.rules import Rule
from laaffic_mock.gateway.faults.faults import Due, Fault
from laaffic_mock.gateway.serving.wire import RawResponse
from laaffic_mock.gateway.watching.events import Events, Kind
from laaffic_mock.gateway.watching.log import End, Exchange, Log
from laaffic_mock.gateway.watching.shown import shown
from laaffic_mock.gateway.words import PASSED

_OK = 200
_SUCCESS = "0"
OnWrong = Callable[[dict[str, Any]], None]
_SAYS_SOMETHING_ELSE = frozenset(
    {Fault.CUT_HEADERS, Fault.CUT_BODY, Fault.TRUNCATED_JSON, Fault.HTTP_500, Fault.HTTP_502, Fault.HTTP_503}
    | {Fault.HTTP_429}
)


class Watch:
    """Writes exchanges and events down.

    Args:
        account: the account, whose clock it goes by.
        on_wrong: is called with every exchange that was refused or met a fault, as JSON has it, and again with one in
            place of whose response the client got another one.

    Attributes:
        log: the last exchanges.
        events: the last events.
    """

    def __init__(self, account: Account, on_wrong: OnWrong | None = None) -> None:
        self.log = Log()
        self.events = Events()
        self._account = account
        self._on_wrong = on_wrong

    def begin(self, request: Request) -> Exchange:
        """Return what is known of a request before its body is read."""
        scope = request.scope
        query = scope["query_string"]
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw + b"?" + query if query else raw
        client = scope["client"][0] if scope["client"] else ""
        return Exchange(self._account.now(), scope["method"], path, client, scope["headers"])

    def judged(self, exchange: Exchange, verdict: Verdict, response: Response) -> None:
        """Write down how a request ended that was judged."""
        fault = verdict.due and verdict.due.fault
        status = str(verdict.response["status"])
        if fault is not None:
            end = End.FAULT
        elif status != _SUCCESS:
            end = End.REFUSED
        else:
            end = End.ACCEPTED if exchange.first <= exchange.last else End.ANSWERED
        if not isinstance(response, RawResponse) and fault not in _SAYS_SOMETHING_ELSE:
            exchange.provider_status = status
        self.end(exchange, end, response, rule=verdict.rule, fault=fault)
        if exchange.first <= exchange.last and self._account.settings.balance is not None:
            self.events.add(Kind.SETTINGS)

    def replaced(self, passed: str, response: Response) -> None:
        """Write down what the client got in place of the response to a request, which was passed on by this name."""
        named = (PASSED.lower().encode(), passed.encode())
        exchange = next((one for one in self.log.newest() if named in one.headers), None)
        if exchange is not None:
            self.log.replace(exchange, (response.status_code, bytes(response.body)))
            self.events.add(Kind.REQUEST, (exchange.id,))
            self._tell(exchange)

    def end(
        self,
        exchange: Exchange,
        end: End,
        response: Response,
        *,
        rule: Rule | None = None,
        fault: Fault | None = None,
        spent: Due | None = None,
    ) -> None:
        """Write down how a request ended, by which rule or fault, or with which fault that came to nothing."""
        exchange.end, exchange.rule, exchange.fault = end, rule, fault and fault.value
        if not isinstance(response, RawResponse):
            exchange.status, exchange.response = response.status_code, bytes(response.body)
        elif response.raw:
            exchange.response = response.raw
            exchange.status = _OK if fault is Fault.CUT_BODY else None
        self.events.add(Kind.REQUEST, (self.log.add(exchange),))
        if fault is not None or spent is not None:
            self.events.add(Kind.FAULT)
        if rule is not None or end not in {End.ACCEPTED, End.ANSWERED}:
            self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        if self._on_wrong is not None:
            self._on_wrong(shown(exchange, self._account))
