"""Mocks of the Laaffic gateway, for tests: a stateful one, and Prism on the contract. Nothing is really sent."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from laaffic_mock._account import environment_for
    from laaffic_mock.gateway.desk.message import AcceptedMessage
    from laaffic_mock.gateway.errors import GatewayError
    from laaffic_mock.gateway.faults.faults import faults
    from laaffic_mock.gateway.local import Gateway, magic_numbers
    from laaffic_mock.gateway.remote import RemoteGateway
    from laaffic_mock.prism.errors import PrismError
    from laaffic_mock.prism.prefer import AsyncPreferTransport, PreferTransport
    from laaffic_mock.prism.process import Prism

__all__ = [
    "AcceptedMessage",
    "AsyncPreferTransport",
    "Gateway",
    "GatewayError",
    "PreferTransport",
    "Prism",
    "PrismError",
    "RemoteGateway",
    "environment_for",
    "faults",
    "magic_numbers",
]

_ROOMS = {
    "AcceptedMessage": "gateway.desk.message",
    "AsyncPreferTransport": "prism.prefer",
    "Gateway": "gateway.local",
    "GatewayError": "gateway.errors",
    "PreferTransport": "prism.prefer",
    "Prism": "prism.process",
    "PrismError": "prism.errors",
    "RemoteGateway": "gateway.remote",
    "environment_for": "_account",
    "faults": "gateway.faults.faults",
    "magic_numbers": "gateway.local",
}

if not TYPE_CHECKING:  # type-checkers would take any name

    def __getattr__(name: str) -> Any:
        """Import a name when it is used: pytest imports this package in every run, and the gateway needs the extra."""
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
        except ModuleNotFoundError as error:
            raise ImportError(f"{name} needs {error.name}: install laaffic with its extra `mock`") from error
        globals()[name] = value
        return value
