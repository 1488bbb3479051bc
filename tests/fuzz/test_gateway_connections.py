"""Slow senders and crowds: each is waited for only so long, and the gateway goes on serving the others."""

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from fuzz.conftest import PATIENCE, Connect, assert_it_serves, said_until_the_end
from laaffic_mock import Gateway, RemoteGateway

PATH = b"/v3/sendSms/batch"
HEAD = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" % PATH
HEALTH = b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CROWD = 1_000
SPARE = 200  # file descriptors for everything else

# A gateway with hardly any file descriptors, until its standard input ends.
POOR = """
import logging, resource, sys
from laaffic_mock import Gateway
logging.disable()  # of connections that it cannot take asyncio says a lot
with Gateway(read_timeout=0.5) as gateway:
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    print(gateway.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def many_files() -> Iterator[None]:
    """Allow as many open files as a crowd needs, where the system allows it: each connection has two ends here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CROWD + SPARE
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("begun", [b"", b"POST ", HEAD[:-2]])
def test_headers_that_never_end_are_not_waited_for(gateway: Gateway, connect: Connect, begun: bytes) -> None:
    connection = connect(gateway)
    connection.sendall(begun)
    assert said_until_the_end(connection) == b""
    assert_it_serves(gateway)


def test_nor_are_those_of_a_later_request(gateway: Gateway, connect: Connect) -> None:
    connection = connect(gateway)
    connection.sendall(HEALTH)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    connection.sendall(HEALTH[:-2])
    assert b"HTTP/1.1" not in said_until_the_end(connection)
    assert_it_serves(gateway)


def test_headers_that_come_ever_so_slowly_are_not_waited_for(gateway: Gateway, connect: Connect) -> None:
    connection = connect(gateway)
    until = time.monotonic() + 20 * PATIENCE
    connection.settimeout(PATIENCE / 20)
    while (said := _said_within_the_timeout(connection)) is None and time.monotonic() < until:
        connection.sendall(b"X")
    assert said == b""
    assert_it_serves(gateway)


def test_a_body_that_never_ends_is_refused(gateway: Gateway, connect: Connect) -> None:
    connection = connect(gateway)
    connection.sendall(HEAD)
    assert said_until_the_end(connection).startswith(b"HTTP/1.1 408 ")
    assert_it_serves(gateway)


def test_a_body_that_nobody_reads_is_not_waited_for(gateway: Gateway, connect: Connect) -> None:
    connection = connect(gateway)
    connection.sendall(HEAD.replace(PATH, b"/nowhere"))
    assert said_until_the_end(connection).startswith(b"HTTP/1.1 404 ")
    assert_it_serves(gateway)


def test_a_client_that_is_slow_and_in_time_is_served(gateway: Gateway, connect: Connect) -> None:
    connection = connect(gateway)
    for part in (HEALTH[:10], HEALTH[10:-2], HEALTH[-2:]):
        connection.sendall(part)
    assert connection.recv(12) == b"HTTP/1.1 200"
    assert_it_serves(gateway)


def _said_within_the_timeout(connection: socket.socket) -> bytes | None:
    """Return nothing when the other side has ended, and None when it is just silent."""
    try:
        return connection.recv(65536)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


@pytest.mark.usefixtures("many_files")
def test_a_crowd_of_connections_leaves_room_for_a_good_send(gateway: Gateway, connect: Connect) -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    crowd = [connect(gateway) for _ in range(min(CROWD, (soft - SPARE) // 2))]
    for connection in crowd[::2]:
        connection.sendall(HEAD)
    assert_it_serves(gateway)
    assert len(crowd) > CROWD // 4


def test_a_gateway_out_of_file_descriptors_serves_again(connect: Connect) -> None:
    command = [sys.executable, "-c", POOR]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with RemoteGateway(process.stdout.readline().strip()) as gateway:
            crowd = [connect(gateway) for _ in range(80)]
            assert_it_serves(gateway)
            assert len(crowd) == 80
        process.communicate()
