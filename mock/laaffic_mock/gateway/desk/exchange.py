"""Between the desk and an endpoint: the request, what was understood of it, and how it may be refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from laaffic_mock.gateway.contract import Operation
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.rules import Rule

_THEIR_ZONE = timezone(timedelta(hours=8))  # that of the samples


class Refused(Exception):
    """The provider would respond with this status, because of a rule; None when it is a fault's doing."""

    def __init__(self, status: str, rule: Rule | None) -> None:
        super().__init__(status)
        self.status = status
        self.rule = rule


class Malformed(Exception):
    """The request breaks a rule of the contract in a way for which no status is known."""

    def __init__(self, why: str, rule: Rule) -> None:
        super().__init__(why)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came.

    Attributes:
        headers: its headers, to be looked up in any spelling.
        query: its query parameters; of a repeated one, the last.
        body: its body.
        client: the client's IP address.
    """

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    client: str


@dataclass(frozen=True, slots=True)
class Call:
    """A request that an endpoint has understood.

    Attributes:
        respond: does what is asked and returns the response; raises Refused. It is called at most once, after the
            sender was checked, and not at all when a fault keeps it from being done.
        numbers: the recipients, whose magic numbers decide what goes wrong.
    """

    respond: Callable[[], dict[str, Any]]
    numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the contract.

    Attributes:
        operation: its operation, which has the path, the method and the schemas.
        read: reads a request; raises Refused, or Malformed.
    """

    operation: Operation
    read: Callable[[Request, Account], Call]


def as_written(when: float) -> str:
    """Return a Unix time as the provider writes times, to the second."""
    return datetime.fromtimestamp(int(when), _THEIR_ZONE).isoformat()
