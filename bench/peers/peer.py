"""What a peer is to this comparison, and the work that all of them are given."""

from collections.abc import Callable
from typing import Any, NamedTuple

TEXT = "Your appointment is tomorrow at 10:30 am."
SENDER = "99900000000"
NUMBER = "99955500000"
_THOUSAND = range(1000)
NUMBERS = [f"99955500{i:03}" for i in _THOUSAND]
WORDS = [f"{i:04}" for i in _THOUSAND]
TEXTS = [f"Your appointment is tomorrow, at desk {word}." for word in WORDS]

# How a thousand recipients are sent to.
OWN_TEXTS = "1 request, own texts"
ONE_TEMPLATE = "1 request, template"
ONE_TEXT = "1 request, one text"
SINGLE_CALLS = "1,000 calls"


class Sender(NamedTuple):
    """A client that is connected to the server."""

    send_one: Callable[[], Any]
    """Sends TEXT to NUMBER, from raw values to the SDK's own response."""
    send_thousand: Callable[[], list[Any]]
    """Sends to NUMBERS in the best way the SDK has, and returns all its responses."""
    accepted: Callable[[Any], int]
    """Returns how many recipients the SDK reports as accepted in one response."""


class Peer(NamedTuple):
    """One SDK. Its package is imported only in its own virtual environment, by `connect`."""

    name: str
    package: str
    imports: str
    """The import statements of a program that sends one message with it."""
    how: str
    connect: Callable[[str], Sender]
    """Makes one client, as for a long-lived process, that sends to the server at this address."""

    @property
    def thousands(self) -> int:
        """How often a thousand recipients are sent to in one block: a single request is too short to time."""
        return 1 if self.how == SINGLE_CALLS else 5
