"""A mock of the Laaffic gateway for tests: starts Prism on the contract `openapi.yaml`. Nothing is really sent."""

from laaffic_mock._install import PrismError
from laaffic_mock._process import Prism
from laaffic_mock.prefer import AsyncPreferTransport, PreferTransport

__all__ = ["AsyncPreferTransport", "PreferTransport", "Prism", "PrismError"]
