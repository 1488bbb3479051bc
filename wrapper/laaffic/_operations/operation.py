"""An operation: what is asked of the provider, and what its response means."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from laaffic._http.channel import Call
from laaffic._http.evidence import Evidence

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Operation(Generic[Outcome]):
    """One request to one endpoint.

    Attributes:
        call: which endpoint of the generated client, its arguments, and whether it is safe to repeat.
        outcome: turns the evidence into what the caller gets; it may raise a LaafficError.
    """

    call: Call
    outcome: Callable[[Evidence], Outcome]


# What takes several requests: it yields one operation after the other, is sent the outcome of each, and returns.
Inquiry: TypeAlias = Generator[Operation[Any], Any, Outcome]
