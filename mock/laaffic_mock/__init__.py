"""Mocks of the Laaffic gateway, for tests: a stateful one, and Prism on the contract. Nothing is really sent."""

from typing import TYPE_CHECKING, Any

from laaffic_mock._account import environment_for
from laaffic_mock._install import PrismError
from laaffic_mock._process import Prism
from laaffic_mock.prefer import AsyncPreferTransport, PreferTransport

if TYPE_CHECKING:
    from laaffic_mock.gateway import AcceptedMessage, Gateway, GatewayError, RemoteGateway, magic_numbers

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


def __getattr__(name: str) -> Any:
    """Import the gateway when it is asked for: it needs the extra, Prism does not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from laaffic_mock import gateway  # noqa: PLC0415  # only here
    except ModuleNotFoundError as error:
        raise ImportError(f"{name} needs {error.name}: pip install 'laaffic[mock]'") from error
    return getattr(gateway, name)
