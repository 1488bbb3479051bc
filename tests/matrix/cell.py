"""One cell of the matrix: what happens, and what must come of it."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import pytest

import laaffic
from laaffic_mock import Gateway
from support.front import Doorstep, Reply, passed_on
from support.server import Action, Server

SILENCE = (5.0, 0.3)  # seconds to connect and to read, where no response will ever come

Error = type[laaffic.LaafficError] | None
Sent = Literal["no", "unknown"] | None


class Outcome(NamedTuple):
    """What must come of it.

    Attributes:
        error: the exception, or None for a result.
        sent: the exception's `.sent`.
        states: what is said of each recipient, in the order asked: `a`ccepted, `r`ejected, `n`ot sent or `u`nknown.
        has: whether the gateway accepted each recipient, in the order asked: `y`es or `-`.
    """

    error: Error
    sent: Sent
    states: str
    has: str


ACCEPTED = Outcome(None, None, "aaa", "yyy")
LOST = Outcome(laaffic.OutcomeUnknownError, "unknown", "uuu", "---")
LOST_THOUGH_ACCEPTED = LOST._replace(has="yyy")


def three() -> list[laaffic.Message]:
    """Return the batch of every cell: three recipients in two messages."""
    return [
        laaffic.Message(["99955500001", "99955500002"], "first text", None, ["o1", "o2"]),
        laaffic.Message("99955500003", "second text", None, ["o3"]),
    ]


@dataclass
class Stage:
    """What a cell arranges before the batch is sent.

    Attributes:
        gateway: the stateful gateway, which remembers what it accepted.
        settings: how the client is made.
        messages: the batch.
        first: a batch that the same client sends beforehand, or none.
        between: what happens between the two.
        reached: whether what was arranged was met at all: each says how often.
        since: when it began.
    """

    gateway: Gateway
    things: ExitStack
    patch: pytest.MonkeyPatch
    settings: dict[str, Any] = field(default_factory=dict)
    messages: list[laaffic.Message] = field(default_factory=three)
    first: list[laaffic.Message] = field(default_factory=list)
    between: Callable[[], None] = lambda: None
    reached: list[Callable[[], int]] = field(default_factory=list)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def sent_between(self) -> tuple[datetime, datetime]:
        """Return the time in which all was posted."""
        return self.since, datetime.now(UTC)

    def __post_init__(self) -> None:
        self.settings.update(base_url=self.gateway.url, connect_retries=1)

    def add(self, *numbers: str) -> None:
        """Add a recipient, such as a magic number, in a message of its own."""
        for number in numbers:
            self.messages.append(laaffic.Message(number, "another text", None, [f"o{number}"]))

    def front(self, *actions: Action) -> Server:
        """Put something in front of the gateway that does this with the requests that come."""
        server = self.things.enter_context(Server())
        server.will(*actions)
        self.reached.append(lambda: server.connections)
        self.settings["base_url"] = server.url
        return server

    def doorstep(self, meet: Callable[[socket.socket], None] | None = None) -> Doorstep:
        """Put a bare socket in front of the gateway; without `meet`, one that refuses connections."""
        door = self.things.enter_context(Doorstep(meet))
        if meet is not None:
            self.reached.append(lambda: door.met)
        self.settings["base_url"] = f"http://127.0.0.1:{door.port}"
        return door


Arrange = Callable[[Stage], object]


@dataclass(frozen=True)
class Cell:
    """What happens, and what must come of it.

    Attributes:
        place: where it happens.
        happens: what happens, in words; unique.
        arrange: makes it happen.
        outcome: what must come of it.
        requests: how many requests came to the gateway.
        shown: whether the page of outcomes has it.
        doubtful: whether records cannot settle who is unknown, since they look the same to records too.
    """

    place: str
    happens: str
    arrange: Arrange
    outcome: Outcome
    requests: int = 1
    shown: bool = True
    doubtful: bool = False

    @property
    def reconciled(self) -> str:
        """What is said of each recipient once the gateway's records are read: who is unknown and there is accepted."""
        found = "u" if self.doubtful else "a"
        both = zip(self.outcome.states, self.outcome.has, strict=True)
        return "".join(found if state == "u" and has == "y" else state for state, has in both)

    def __str__(self) -> str:
        return f"{self.place}: {self.happens}"


def fault(*kinds: str, seconds: float = 1.0) -> Arrange:
    """Let the gateway's next requests go wrong, each in one way."""

    def arrange(stage: Stage) -> None:
        for kind in kinds:
            stage.gateway.fail_next(kind, seconds=seconds)

    return arrange


def magic(number: str) -> Arrange:
    """Add a magic number to the batch."""
    return lambda stage: stage.add(number)


def account(**settings: Any) -> Arrange:
    """Change the account."""
    return lambda stage: stage.gateway.configure(**settings)


def client(**settings: Any) -> Arrange:
    """Make the client in another way."""
    return lambda stage: stage.settings.update(settings)


def passing(reply: Callable[[Reply], bytes] = Reply.bytes, *, keep: bool = True) -> Arrange:
    """Put something in front of the gateway that passes requests on and may spoil the responses."""
    return lambda stage: stage.front(passed_on(stage.gateway.url, reply, keep=keep))


def both(*arranges: Arrange) -> Arrange:
    """Arrange one thing and another."""

    def arrange(stage: Stage) -> None:
        for each in arranges:
            each(stage)

    return arrange
