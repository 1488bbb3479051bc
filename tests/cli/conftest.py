"""Fixtures for the command line: it runs against the scripted server, and every request it makes has to be signed."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from laaffic_cli._main import cli
from support.server import Action, Connection, Server, answer, silence, success

Laaffic = Callable[..., Result]
Spawn = Callable[..., subprocess.Popen[str]]
Write = Callable[..., str]

PATIENCE = 60  # seconds, for the slowest machine; nothing waits for it to pass


@pytest.fixture
def gateway(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Return a server that the command line sends to, from a folder where it may leave files."""
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    monkeypatch.chdir(tmp_path)
    yield server
    for post in server.posts:
        assert re.fullmatch(r"[0-9a-f]{32}", post.headers["sign"])
        assert post.headers["api-key"] == "bDqJFiq9"


@pytest.fixture
def laaffic(gateway: Server) -> Laaffic:
    """Return a function that runs the command in this process."""
    del gateway

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert "Traceback" not in result.stderr
        return result

    return run


@pytest.fixture
def spawn(gateway: Server, unmeasured: None) -> Spawn:
    """Return a function that starts the command as a process of its own, which may be killed."""
    del gateway, unmeasured
    return _start


@pytest.fixture
def measured(gateway: Server) -> Spawn:
    """Return a function that starts the command as a process of its own, which ends by itself."""
    del gateway
    return _start


def _start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = options.pop("command", ["-m", "laaffic_cli"])
    options = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "env": dict(os.environ),
        **options,
    }
    return subprocess.Popen([sys.executable, *command, *arguments], **options)  # this very project


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file and returns its name."""

    def to(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return to


@pytest.fixture
def many(write: Write) -> str:
    """Return a CSV of 250 recipients."""
    return write("many.csv", "number,content\n" + "".join(f"99900000{i:03},Hello {i}\n" for i in range(250)))


@pytest.fixture
def stuck(gateway: Server) -> threading.Event:
    """Let the server answer once and then never more; return what tells that it is waited for."""
    waiting = threading.Event()

    def never(connection: Connection) -> bool:
        waiting.set()
        return silence(connection)

    gateway.will(success, never)
    return waiting


@pytest.fixture
def every_other() -> Action:
    """Return an action that accepts every other recipient."""

    def act(connection: Connection) -> bool:
        numbers = [n for message in connection.request.json()["array"] for n in message["numbers"].split(",")]
        array = [{"msgId": f"22072016294210{i:05}", "number": n, "orderId": None} for i, n in enumerate(numbers[::2])]
        counts = {"success": str(len(array)), "fail": str(len(numbers) - len(array))}
        return answer({"status": "0", "reason": "success", **counts, "array": array})(connection)

    return act
