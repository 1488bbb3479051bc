"""`laaffic mock` as a process of its own."""

import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest

from cli.conftest import PATIENCE
from laaffic import Client, LaafficError, Message
from laaffic_cli.commands.mock import until_stopped
from laaffic_mock import RemoteGateway, environment_for
from support.server import Server, answer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
NUMBER = "99955500001"
MODES = pytest.mark.parametrize("options", [[], ["--no-contract"], ["--prism"]], ids=" ".join)


class Running:
    """A mock that has been started."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self.process = process
        self._errors = errors
        self._inspected = ""
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=[process.stdout])
        self._reader.start()

    def line(self, holding: str) -> str:
        """Wait for the line that holds a text, and return it."""
        passed: list[str] = []
        while holding not in "".join(passed[-1:]):
            passed.append(self._lines.get(timeout=PATIENCE))
            assert passed[-1], f"it ended without {holding!r}: {passed} {self.errors()}"
        return passed[-1]

    def url(self) -> str:
        """Wait until it can be sent to, and return its address."""
        found = re.search(r"http://[^\s:]+:\d+", self.line("MOCK GATEWAY"))
        assert found
        while "Ctrl-C stops it." not in (line := self.line("\n")):
            self._inspected = line.strip().rpartition(" ")[2] if "/_mock/messages" in line else self._inspected
        return found[0]

    def inspected(self) -> str:
        """Return the address of its inspection paths, once `url` was asked for."""
        return self._inspected.removesuffix("/_mock/messages")

    def errors(self) -> str:
        """Wait for its end, and return what it wrote to standard error."""
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return self._errors.read_text()

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self._lines.put(line)
        self._lines.put("")


Start = Callable[..., Running]


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()  # it then ends by itself, and what coverage saw of it is kept
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts `laaffic mock` on a free port; what still runs at the end is ended."""
    with ExitStack() as stack:

        def run(*options: str, **environment: str) -> Running:
            errors = tmp_path / "errors"
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "laaffic_cli", "mock", "--port", "0", *options],
                    stdout=subprocess.PIPE,
                    stderr=stack.enter_context(errors.open("w")),
                    text=True,
                    cwd=tmp_path,
                    env={**os.environ, **environment},
                )
            )
            stack.callback(_end, process)
            return Running(process, errors)

        yield run


@pytest.fixture
def without_node(tmp_path: Path) -> str:
    """Return a PATH on which there is no Node.js."""
    empty = tmp_path / "bin"
    empty.mkdir()
    assert shutil.which("node", path=str(empty)) is None
    return str(empty)


def _send(url: str, number: str = NUMBER) -> None:
    with Client(base_url=url) as client:
        assert client.send_batch([Message(number, "Your code is 4711", order_ids=["7"])]).accepted


@pytest.mark.parametrize("options", [[], ["--no-contract"]], ids=" ".join)
def test_what_is_accepted_is_shown_masked(start: Start, options: list[str]) -> None:
    mock = start(*options)
    _send(mock.url())
    shown = mock.line("accepted")
    assert re.fullmatch(r"accepted \S+  to 99\*+01  order 7  17 characters\n", shown)


@pytest.mark.parametrize("options", [[], ["--show"]], ids=" ".join)
def test_what_is_refused_is_shown_with_its_place_and_no_more(start: Start, options: list[str]) -> None:
    mock = start("--no-contract", *options)
    with Client(base_url=mock.url(), api_secret="another") as client, suppress(LaafficError):
        client.send(NUMBER, "x")
    assert mock.line("refused") == "refused -1: the header Sign  (laaffic explain signature)\n"


def test_what_the_contract_refuses_is_shown_too(start: Start) -> None:
    mock = start()
    assert httpx2.post(f"{mock.url()}/v3/sendSms/batch", json={}, trust_env=False).status_code == 401
    assert mock.line("refused") == "refused HTTP 401: the header Api-Key  (laaffic explain contract)\n"


def test_a_fault_is_shown_as_it_comes(start: Start) -> None:
    mock = start("--no-contract")
    url = mock.url()
    with RemoteGateway(url) as gateway:
        gateway.fail_next("accept_then_drop")
    with Client(base_url=url) as client, suppress(LaafficError):
        client.send(NUMBER, "x")
    assert mock.line("accepted").endswith("  1 character\n")
    assert mock.line("fault") == "fault accept_then_drop  (laaffic explain accept_then_drop)\n"


def test_show_shows_numbers_and_texts(start: Start) -> None:
    mock = start("--no-contract", "--show")
    _send(mock.url())
    assert mock.line("accepted").endswith(f"to {NUMBER}  order 7  'Your code is 4711'\n")


def test_the_exports_point_the_sdk_at_it(start: Start) -> None:
    mock = start("--no-contract")
    exported = mock.line("export LAAFFIC_BASE_URL=").strip().partition("=")[2]
    _send(exported)
    assert mock.line("accepted")


def test_prism_answers_from_the_contracts_examples(start: Start, sample: list[Message]) -> None:
    mock = start("--prism")
    with Client(base_url=mock.url()) as client:
        assert len(client.send_batch(sample).accepted) == 3


def test_without_a_contract_there_is_no_need_of_node(start: Start, without_node: str) -> None:
    _send(start("--no-contract", PATH=without_node).url())


def test_without_node_it_goes_on_without_the_contracts_check_and_says_so_in_a_line(
    start: Start, without_node: str
) -> None:
    mock = start(PATH=without_node)
    _send(mock.url())
    assert mock.line("accepted")
    mock.process.terminate()
    told = mock.errors().splitlines()
    assert len(told) == 2
    assert told[0].startswith("Without Prism, only the gateway's own rules are checked, and no response is: ")
    assert "install Node.js 20 or newer" in told[0]


def test_without_node_the_examples_cannot_be_served(start: Start, without_node: str) -> None:
    mock = start("--prism", PATH=without_node)
    errors = mock.errors()
    assert mock.process.returncode == 1
    assert "install Node.js 20 or newer" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("options", [[], ["--no-contract"]], ids=" ".join)
def test_the_page_is_at_the_printed_address(start: Start, options: list[str]) -> None:
    mock = start(*options)
    page = mock.line("The page:").split()[-1]
    assert "<title>" in httpx2.get(page, trust_env=False).text
    assert httpx2.get(f"{page}_mock/messages", trust_env=False).json()["messages"] == []


def test_the_page_is_opened_in_a_browser(start: Start, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "a-browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    browser.chmod(0o755)
    mock = start("--no-contract", "--open", BROWSER=f"{browser} %s")
    url = mock.url()
    mock.process.terminate()
    mock.errors()
    assert opened.read_text() == url


def test_where_there_is_no_browser_it_says_so_and_goes_on(start: Start, without_node: str) -> None:
    mock = start("--no-contract", "--open", PATH=without_node, BROWSER="", DISPLAY="")
    _send(mock.url())
    mock.process.terminate()
    assert "no browser" in mock.errors()


@MODES
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_all_that_it_started(start: Start, options: list[str], number: signal.Signals) -> None:
    mock = start(*options)
    mock.url()
    started = psutil.Process(mock.process.pid).children(recursive=True)
    assert bool(started) == (options != ["--no-contract"])
    mock.process.send_signal(number)
    errors = mock.errors()
    assert mock.process.returncode == 0
    assert errors == "The mock is stopped.\n"
    assert not psutil.wait_procs(started, timeout=PATIENCE)[1]


def test_however_many_signals_come_none_waits_for_another() -> None:
    with until_stopped() as stops_within:
        assert not stops_within(0)
        for _ in range(5000):
            signal.raise_signal(signal.SIGTERM)
        assert stops_within(PATIENCE)
        assert stops_within(0)


def test_a_killed_mock_leaves_no_node_behind(start: Start) -> None:
    mock = start()
    mock.url()
    started = psutil.Process(mock.process.pid).children(recursive=True)
    mock.process.kill()
    assert not psutil.wait_procs(started, timeout=PATIENCE)[1]


@MODES
def test_a_port_in_use_is_told_with_a_remedy(start: Start, options: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        mock = start("--port", str(taken.getsockname()[1]), *options)
        errors = mock.errors()
    assert mock.process.returncode == 1
    assert "stop the program that uses it, or choose another" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "options",
    [
        ["--prism", "--no-contract"],
        ["--port", "65536"],
        ["--prism", "--push-to", "http://127.0.0.1/"],
        ["--prism", "--open"],
    ],
)
def test_options_that_make_no_sense_are_a_usage_error(start: Start, options: list[str]) -> None:
    mock = start(*options)
    assert mock.errors().startswith("Usage: ")
    assert mock.process.returncode == 2


@MODES
def test_on_every_address_the_printed_one_works(start: Start, options: list[str]) -> None:
    mock = start("--host", "0.0.0.0", *options)  # noqa: S104  # what is tested
    exported = [mock.line("export ").strip().removeprefix("export ").partition("=")[::2] for _ in range(4)]
    url = dict(exported)["LAAFFIC_BASE_URL"]
    assert dict(exported) == environment_for(url)
    assert urlsplit(url).hostname not in {"0.0.0.0", "::"}  # noqa: S104  # the same
    assert httpx2.post(f"{url}/v3/sendSms/batch", json={}, trust_env=False).status_code in {400, 401, 422}
    assert mock.line("docker-compose").strip().endswith(f"http://mock:{urlsplit(url).port}")
    if options != ["--prism"]:
        _send(f"http://127.0.0.1:{urlsplit(url).port}")
        assert mock.line("accepted ")


@MODES
def test_elsewhere_on_loopback_it_is_reached_there(start: Start, options: list[str]) -> None:
    url = start("--host", "127.0.0.2", *options).url()
    assert urlsplit(url).hostname == "127.0.0.2"
    assert httpx2.post(f"{url}/v3/sendSms/batch", json={}, trust_env=False).status_code in {400, 401, 422}


def test_an_order_id_is_shown_short_and_steers_no_terminal(start: Start) -> None:
    mock = start("--no-contract")
    with Client(base_url=mock.url()) as client:
        client.send(NUMBER, "x", order_id="\x1b[2J\u202e" + "o" * 5000)
    assert re.fullmatch(
        r"accepted \S+  to 99\*+01  order \\x1b\[2J\\u202eo+…  1 character\n", shown := mock.line("order")
    )
    assert len(shown) < 120


@pytest.mark.parametrize("options", [[], ["--no-contract"]], ids=" ".join)
def test_only_who_asks_by_an_allowed_name_is_served(start: Start, options: list[str]) -> None:
    url = start("--allow-host", "mock", "--allow-host", "sms.test", *options).url()
    headers = {"Api-Key": "k" * 8, "Timestamp": "1" * 10, "Sign": "0" * 32}
    body = {"appId": "x", "array": [{"numbers": NUMBER, "content": "x"}]}
    for host, status in (("mock:4010", 200), ("sms.test", 200), ("evil.example", 421)):
        asked = {**headers, "Host": host}
        assert httpx2.post(f"{url}/v3/sendSms/batch", json=body, headers=asked, trust_env=False).status_code == status


def test_what_is_no_host_is_refused_with_a_remedy(start: Start) -> None:
    mock = start("--no-contract", "--allow-host", "http://mock:4010")
    assert "without http:// and without a port" in mock.errors()
    assert mock.process.returncode == 1


@pytest.mark.parametrize(("order_id", "shown"), [(NUMBER, r"99\*+01"), ("+999 555-000-01", r"\+9\*+01")])
def test_an_order_id_that_is_a_number_is_masked(start: Start, order_id: str, shown: str) -> None:
    mock = start("--no-contract")
    with Client("bDqJFiq9", "7bz1lzh9", "4luaKsL2", base_url=mock.url()) as client:
        client.send(NUMBER, "x", order_id=order_id)
    assert re.search(rf"  order {shown}  ", mock.line("accepted"))


@pytest.mark.parametrize("options", [[], ["--no-contract"]], ids=" ".join)
def test_reports_are_pushed_where_it_says(start: Start, options: list[str]) -> None:
    with Server([answer({})]) as application:
        mock = start("--push-to", f"{application.url}/reports", "--deliver-after", "0", *options)
        _send(mock.url())
        mock.line("accepted")
        with RemoteGateway(mock.inspected()) as gateway:
            assert gateway.wait_for_pushes(PATIENCE)["pushed"] == 1
        [post] = application.posts
    assert post.json()["mobile"] == NUMBER


def test_a_report_that_is_not_taken_is_told(start: Start) -> None:
    with Server([answer({}, status=500)]) as application:
        mock = start("--no-contract", "--push-to", f"{application.url}/secret", "--deliver-after", "0")
        _send(mock.url())
        with RemoteGateway(mock.inspected()) as gateway:
            assert gateway.wait_for_pushes(PATIENCE)["failed"] == 1
    mock.process.terminate()
    told = mock.errors()
    assert f"was not taken at {application.url}: HTTP 500" in told
    assert "secret" not in told
    assert NUMBER not in told


def test_reports_are_pushed_to_loopback_only(start: Start) -> None:
    mock = start("--no-contract", "--push-to", "http://example.com/reports")
    errors = mock.errors()
    assert mock.process.returncode == 1
    assert "start the gateway with --allow-host" in errors
    assert "Traceback" not in errors


def test_what_the_contract_refuses_is_among_the_requests(start: Start) -> None:
    mock = start()
    url = mock.url()
    headers = {"Api-Key": "k" * 8, "Timestamp": "1" * 10, "Sign": "0" * 32}
    body = {"appid": "x", "array": [{"numbers": NUMBER, "content": "x"}]}
    assert httpx2.post(f"{url}/v3/sendSms/batch", json=body, headers=headers, trust_env=False).status_code == 422
    with RemoteGateway(url) as gateway:
        (refused,) = gateway.requests_refused
    assert (refused["rule"]["broken"], refused["rule"]["said"]) == ("contract", "no appId, but appid")
