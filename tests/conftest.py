"""Fixtures for all tests: test credentials, a scripted server, and senders of both kinds."""

import asyncio
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import laaffic
from support.server import Server

# The provider's published sample.
CREDENTIALS = {"api_key": "bDqJFiq9", "api_secret": "7bz1lzh9", "app_id": "4luaKsL2"}

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")

Send = Callable[..., laaffic.BatchResult]
SendMany = Callable[..., list[laaffic.BatchResult]]
HOW = ("concurrency", "in_order", "on_invalid", "split_refused")


def pytest_configure() -> None:
    """Let no test depend on how quick this machine is, nor on how pytest was started.

    A shell that runs it in the background ignores Ctrl-C, and nohup the end of the terminal; so would what tests start.
    """
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a test was skipped, or expected to fail, whose reason is not on the list."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    named = [name.strip() for name, _, why in (line.partition(": ") for line in lines) if why and name[0] != "#"]
    allowed = re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in named) or "(?!)")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = [report for kind in ("skipped", "xfailed", "xpassed") for report in reporter.stats.get(kind, [])]
    for report in skipped:
        if not any(map(allowed.fullmatch, (report.nodeid, report.nodeid.split("[")[0]))):
            reporter.write_line(f"\n{report.nodeid} was skipped, and is not in {ALLOWED_SKIPS.name}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Set the sample credentials, and nothing that the machine's own environment might say or is to remember."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    for name in ("BASE_URL", "PRISM_URL", "OWN_ORDER_IDS", "LEDGER"):
        monkeypatch.delenv(f"LAAFFIC_{name}", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(f"LAAFFIC_{name.upper()}", value)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no coverage of what is started: interrupted or short of disk, coverage fails."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server that accepts every recipient unless told otherwise."""
    with Server() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    """Run a test with the sync client, then with the async one."""
    return str(request.param)


@pytest.fixture
def send(kind: str) -> Send:
    """Return a function that sends one batch with a new client of either kind."""

    def sync(messages: Iterable[laaffic.Message], **settings: Any) -> laaffic.BatchResult:
        with laaffic.Client(**settings) as client:
            return client.send_batch(messages)

    def not_sync(messages: Iterable[laaffic.Message], **settings: Any) -> laaffic.BatchResult:
        async def run() -> laaffic.BatchResult:
            async with laaffic.AsyncClient(**settings) as client:
                return await client.send_batch(messages)

        return asyncio.run(run())

    return sync if kind == "sync" else not_sync


@pytest.fixture
def send_many(kind: str) -> SendMany:
    """Return a function that sends many messages with a new client of either kind."""

    def sync(messages: Iterable[laaffic.Message], **given: Any) -> list[laaffic.BatchResult]:
        how = {name: given.pop(name) for name in HOW if name in given}
        with laaffic.Client(**given) as client:
            return list(client.send_many(messages, **how))

    def not_sync(messages: Iterable[laaffic.Message], **given: Any) -> list[laaffic.BatchResult]:
        how = {name: given.pop(name) for name in HOW if name in given}

        async def run() -> list[laaffic.BatchResult]:
            async with laaffic.AsyncClient(**given) as client:
                return [result async for result in client.send_many(messages, **how)]

        return asyncio.run(run())

    return sync if kind == "sync" else not_sync


@pytest.fixture
def sample() -> list[laaffic.Message]:
    """Return the provider's documented batch: three recipients in two messages."""
    return [
        laaffic.Message(["91856321412", "91856321413"], "test message", "", ["56584", "56585"]),
        laaffic.Message("91856321414", "test message1", "", ["56586"]),
    ]
