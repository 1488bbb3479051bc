"""An operation: what is asked of the provider, and what its response means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

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
