"""Fixtures for the matrix: one gateway for all, emptied before each test, and a stage in front of it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from laaffic_mock import Gateway
from matrix.cell import Stage


@pytest.fixture(scope="session")
def running_gateway() -> Iterator[Gateway]:
    """Return the stateful gateway."""
    with Gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(running_gateway: Gateway) -> Gateway:
    """Return the gateway, emptied."""
    running_gateway.clear()
    return running_gateway


@pytest.fixture
def stage(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return where a cell arranges what is to happen."""
    with ExitStack() as things:
        yield Stage(gateway, things, monkeypatch)
