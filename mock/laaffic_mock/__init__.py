"""Mocks of the Laaffic gateway, for tests: a stateful one, and Prism on the contract. Nothing is really sent."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from laaffic_mock._account import environment_for
from laaffic_mock._install import PrismError

if TYPE_CHECKING:
    from laaffic_mock._process import Prism
    from laaffic_mock.gateway import AcceptedMessage, Gateway, GatewayError, RemoteGateway, magic_numbers
    from laaffic_mock.prefer import AsyncPreferTransport, PreferTransport

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
    "magic_numbers",
]


_WITHOUT_THE_EXTRA = {"Prism": "_process", "AsyncPreferTransport": "prefer", "PreferTransport": "prefer"}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: pytest imports this package in every run, and the gateway needs the extra."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"laaffic_mock.{_WITHOUT_THE_EXTRA.get(name, 'gateway')}")
    except ModuleNotFoundError as error:
        raise ImportError(f"{name} needs {error.name}: pip install 'laaffic[mock]'") from error
    return getattr(module, name)
