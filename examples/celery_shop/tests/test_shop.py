"""The shop announces something: what comes in, what is started, and what two real workers post.

It needs the PostgreSQL of LAAFFIC_LEDGER and the broker of BROKER.
"""

# ruff: noqa: S101, PLR2004 -- tests assert, and the numbers are HTTP statuses

import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shop import create_app

from laaffic_mock import RemoteGateway

SHOP = Path(__file__).parents[1]
LONG = 120.0  # seconds
CUSTOMERS = 1000
LINES = "\n".join(f'999{n:08d},"Hello, your code is {n:04d}"' for n in range(CUSTOMERS))


@pytest.fixture
def name() -> str:
    """Return a name that no other campaign has."""
    return uuid.uuid4().hex


@pytest.fixture
def web() -> Iterator[FlaskClient]:
    """Return a browser at the shop."""
    app = create_app()
    with app.test_client() as browser:
        yield browser
    app.extensions["ledger"].close()


@pytest.fixture
def workers(laaffic_gateway: RemoteGateway) -> Iterator[None]:
    """Start two workers, which send to a gateway that sends nothing."""
    environment = {**os.environ, **laaffic_gateway.environment, "PYTHONPATH": str(SHOP)}
    command = [sys.executable, "-m", "celery", "-A", "shop:worker", "worker", "-c", "2", "--prefetch-multiplier", "1"]
    command += ["--without-gossip", "--without-mingle"]  # they start sooner without
    queue = os.environ.get("QUEUE", "laaffic")
    names = [["-n", f"{uuid.uuid4().hex}@%h", "-Q", queue] for _ in range(2)]
    started = [subprocess.Popen([*command, *name], env=environment) for name in names]
    yield
    for one in started:
        one.terminate()
    for one in started:
        one.wait(LONG)


@pytest.mark.usefixtures("workers")
def test_everybody_is_told_once(web: FlaskClient, name: str, laaffic_gateway: RemoteGateway) -> None:
    assert web.put(f"/campaigns/{name}", data=LINES).status_code == 202
    assert web.put(f"/campaigns/{name}", data=LINES).status_code == 202  # and again, by mistake
    until = time.monotonic() + LONG
    while (status := web.get(f"/campaigns/{name}").get_json())["state"] != "done":
        assert time.monotonic() < until, status
        time.sleep(0.1)
    assert status["accepted"] == CUSTOMERS
    told = Counter(message.number for message in laaffic_gateway.messages)
    assert told == {f"999{n:08d}": 1 for n in range(CUSTOMERS)}


def test_it_can_be_paused_and_resumed(web: FlaskClient, name: str) -> None:
    web.put(f"/campaigns/{name}", data=LINES)
    assert web.post(f"/campaigns/{name}/pause").get_json()["state"] == "paused"
    assert web.put(f"/campaigns/{name}", data=LINES).status_code == 409
    assert web.post(f"/campaigns/{name}/resume").get_json()["state"] == "ready"
    web.post(f"/campaigns/{name}/pause")
    assert web.post(f"/campaigns/{name}/cheer").status_code == 404


def test_what_is_not_valid_is_refused_and_nothing_is_made(web: FlaskClient, name: str) -> None:
    assert "line" in web.put(f"/campaigns/{name}", data="99900000001").get_json()["message"]
    assert web.put(f"/campaigns/{name}", data="1,Hello").status_code == 400
    assert web.put(f"/campaigns/{name}", data="").status_code == 400
    assert web.get(f"/campaigns/{name}").status_code == 404
    assert web.post(f"/campaigns/{name}/pause").status_code == 404
