"""Fixtures for the gateway's bad days: one gateway for all, and the proof that it still serves."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

import laaffic
from laaffic_mock import Gateway, RemoteGateway

PATIENCE = 0.5  # seconds that a slow sender is waited for

Connect = Callable[[RemoteGateway], socket.socket]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """Return a gateway with little patience."""
    with Gateway(read_timeout=PATIENCE) as running:
        yield running


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that opens a bare connection to a gateway."""
    with ExitStack() as connections:

        def to(gateway: RemoteGateway) -> socket.socket:
            address = urlsplit(gateway.url)
            return connections.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))

        yield to


def assert_it_serves(gateway: RemoteGateway, **settings: Any) -> None:
    """Assert that a good send is accepted, once, and can be inspected."""
    gateway.clear()
    with laaffic.Client(base_url=gateway.url, **settings) as client:
        result = client.send_batch([laaffic.Message("99955500001", "good", None, ["o1"])])
    assert len(result.accepted) == 1
    assert [message.order_id for message in gateway.messages] == ["o1"]


def said_until_the_end(connection: socket.socket) -> bytes:
    """Read until the other side ends the connection, in whatever way; fails when it does not."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
