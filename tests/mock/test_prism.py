import asyncio
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

import laaffic_mock
from laaffic_mock import AsyncPreferTransport, PreferTransport, Prism, PrismError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these tests use POSIX signals and ps")

PATH = "/v3/sendSms/batch"
HEADERS = {
    "Content-Type": "application/json;charset=UTF-8",
    "Api-Key": "bDqJFiq9",
    "Timestamp": "1630468800",
    "Sign": "05d7a50893e22a5c4bb3216ae3396c7c",
}
SAMPLE = {
    "appId": "4luaKsL2",
    "array": [
        {"numbers": "91856321412,91856321413", "content": "test message", "senderId": "", "orderId": "56584,56585"},
        {"numbers": "91856321414", "content": "test message1", "senderId": "", "orderId": "56586"},
    ],
}
COMMAND = [sys.executable, "-m", "laaffic_mock.prism"]
START_AND_WAIT = "import sys; from laaffic_mock import Prism; print(Prism().start().url, flush=True); sys.stdin.read()"
FORK_THEN_WAIT = """
import os, sys
from laaffic_mock import Prism
print(Prism().start().url, flush=True)
fork = os.fork()
if fork:
    print(fork, flush=True)
sys.stdin.read()
if not fork:
    os.read(os.pipe()[0], 1)  # it stays on when its input ends
"""
START = "from laaffic_mock import Prism; Prism().start().stop()"


@pytest.fixture(scope="module", autouse=True)
def _nothing_given() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LAAFFIC_PRISM_URL", raising=False)
        yield


@pytest.fixture(scope="module")
def prism(_nothing_given: None) -> Iterator[Prism]:
    with Prism() as running:
        yield running


@pytest.fixture
def installed_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the package to where no checkout is around it, for a test's subprocesses; returns the folder they run in."""
    source = Path(laaffic_mock.__file__).parent
    shutil.copytree(source, tmp_path / "site" / "laaffic_mock", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def post(url: str) -> httpx2.Response:
    return httpx2.post(url + PATH, json=SAMPLE, headers=HEADERS, timeout=10)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process in a group of its own, as a terminal does; kill it at the end when it still runs."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def children(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children()}


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_the_sample_request_gets_the_success_example(prism: Prism) -> None:
    response = post(prism.url)
    assert response.status_code == 200
    assert response.json()["status"] == "0"
    assert [accepted["orderId"] for accepted in response.json()["array"]] == ["56584", "56585", "56586"]


def test_two_run_at_once(prism: Prism) -> None:
    with Prism() as other:
        assert other.url != prism.url
        assert post(other.url).status_code == post(prism.url).status_code == 200


def test_starting_what_runs_changes_nothing(prism: Prism) -> None:
    url = prism.url
    assert prism.start().url == url


def test_a_given_contract_is_served(tmp_path: Path) -> None:
    contract = tmp_path / "other.yaml"
    contract.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
        "paths: {/ping: {get: {responses: {'200': {description: d, "
        "content: {application/json: {example: pong}}}}}}}\n"
    )
    with Prism(contract) as prism:
        assert httpx2.get(prism.url + "/ping").json() == "pong"


def test_an_early_death_shows_the_log(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("openapi: [")
    before = children(os.getpid())
    with pytest.raises(PrismError, match=r"(?s)exit status 1 .*Error parsing .*broken\.yaml") as caught:
        Prism(broken).start()
    assert "Show version number" not in str(caught.value)
    assert children(os.getpid()) == before


def test_a_start_that_takes_too_long_is_given_up() -> None:
    before = children(os.getpid())
    with pytest.raises(PrismError, match=r"did not listen within 0\.01 seconds"):
        Prism(timeout=0.01).start()
    assert children(os.getpid()) == before


def test_a_death_later_on_shows_the_log() -> None:
    before = children(os.getpid())
    with Prism() as prism:
        (child,) = children(os.getpid()) - before
        os.kill(child, signal.SIGKILL)
        with pytest.raises(PrismError, match=r"(?s)ended by itself.*is listening on"):
            prism.relay(io.StringIO())
        with pytest.raises(PrismError, match=r"(?s)not running.*is listening on"):
            _ = prism.url
        assert post(prism.start().url).status_code == 200


def test_the_output_never_blocks_and_only_its_end_is_kept(prism: Prism) -> None:
    with httpx2.Client(base_url=prism.url, headers=HEADERS) as client:
        for _ in range(300):  # six lines each: more than a pipe holds
            assert client.post(PATH, json=SAMPLE).status_code == 200
    assert len(prism.log.splitlines()) == 200


def test_stopping_leaves_no_process_and_a_second_time_is_harmless() -> None:
    before = children(os.getpid())
    prism = Prism().start()
    assert len(children(os.getpid()) - before) == 1
    prism.stop()
    assert children(os.getpid()) == before
    prism.stop()
    with pytest.raises(PrismError, match="not running"):
        _ = prism.url


def test_a_program_that_forgets_to_stop_leaves_no_process() -> None:
    with running(sys.executable, "-c", START_AND_WAIT) as program:
        assert program.stdout
        assert program.stdout.readline().startswith("http://127.0.0.1:")
        (prism,) = children(program.pid)
        _, errors = program.communicate(timeout=20)
        assert (program.returncode, errors) == (0, "")
    assert has_ended(prism)


def test_a_killed_parent_leaves_no_orphan() -> None:
    with running(sys.executable, "-c", START_AND_WAIT) as parent:
        assert parent.stdout
        url = parent.stdout.readline().strip()
        assert post(url).status_code == 200
        (prism,) = children(parent.pid)
        parent.kill()
    ended = eventually(lambda: has_ended(prism))
    if not ended:
        os.kill(prism, signal.SIGKILL)
    assert ended


def test_a_killed_parent_leaves_no_orphan_though_its_fork_lives_on() -> None:
    with running(sys.executable, "-c", FORK_THEN_WAIT) as parent:
        assert parent.stdout
        parent.stdout.readline()
        fork_pid = int(parent.stdout.readline())
        (prism,) = children(parent.pid) - {fork_pid}
        parent.kill()
    try:
        assert eventually(lambda: has_ended(prism))
        assert not has_ended(fork_pid)
    finally:
        os.kill(fork_pid, signal.SIGKILL)


def test_ctrl_c_reaches_python_only() -> None:
    survive = "import signal; signal.signal(signal.SIGINT, lambda *_: print('caught', flush=True)); "
    with running(sys.executable, "-c", survive + START_AND_WAIT) as program:
        assert program.stdout
        url = program.stdout.readline().strip()
        os.killpg(program.pid, signal.SIGINT)
        assert program.stdout.readline() == "caught\n"
        assert post(url).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_use_the_mock_and_ends_cleanly(number: signal.Signals) -> None:
    with running(*COMMAND, "--port", "0") as command:
        assert command.stdout
        banner = "".join(iter(command.stdout.readline, "\n"))
        banner += "".join(iter(command.stdout.readline, "\n")) + "".join(iter(command.stdout.readline, "\n"))
        url = banner.split()[5]
        assert "nothing is really sent" in banner
        assert f"export LAAFFIC_BASE_URL={url}\n" in banner
        assert post(url).status_code == 200
        assert "Request received" in command.stdout.readline()
        (prism,) = children(command.pid)
        os.killpg(command.pid, number)  # the whole group, as a terminal does
        _, errors = command.communicate(timeout=20)
        assert (command.returncode, errors) == (0, "")
    assert has_ended(prism)


def test_a_port_in_use_is_an_error_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(*COMMAND, "--port", str(port))
    assert result.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in result.stderr
    assert "port 0 is a free one" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_given_url_is_used_and_not_stopped(prism: Prism, monkeypatch: pytest.MonkeyPatch) -> None:
    before = children(os.getpid())
    monkeypatch.setenv("LAAFFIC_PRISM_URL", prism.url + "/")
    with Prism() as given:
        assert given.url == prism.url
        assert children(os.getpid()) == before
    assert post(prism.url).status_code == 200


def test_a_given_url_where_nothing_answers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("LAAFFIC_PRISM_URL", url)
    with pytest.raises(PrismError, match=f"nothing answers at LAAFFIC_PRISM_URL={url}"):
        Prism().start()


def test_without_node_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrismError, match=r"no `node` on PATH: install Node\.js 20 or newer"):
        Prism().start()


@pytest.mark.parametrize(("says", "error"), [("v18.19.0", "is Node.js v18.19.0, too old"), ("oops", "does not say")])
def test_an_unfit_node_is_an_error(says: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {says}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(PrismError, match=rf"{error}.*: install Node\.js 20 or newer"):
        Prism().start()


def test_nodes_own_environment_variables_do_not_reach_prism(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("NODE_OPTIONS", "--require=/not/there.cjs")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Prism() as prism:
        assert post(prism.url).status_code == 200


def test_without_prism_the_error_says_how_to_install_it(installed_elsewhere: Path) -> None:
    told = run(sys.executable, "-c", START).stderr
    assert f"run `npm install @stoplight/prism-cli@5.14.2` in {installed_elsewhere}" in told
    (installed_elsewhere / "site" / "package.json").touch()  # as in a checkout
    assert "run `make setup`" in run(sys.executable, "-c", START).stderr


def install_prism(folder: Path, version: str) -> None:
    """Put something like Prism into a folder, as npm would."""
    package = folder / "node_modules" / "@stoplight" / "prism-cli"
    (package / "dist").mkdir(parents=True)
    (package / "package.json").write_text(f'{{"version": "{version}"}}')
    (package / "dist" / "index.js").write_text(
        "console.log('Prism is listening on http://127.0.0.1:1'); setInterval(() => {}, 1000)"
    )


def enter_checkout(folder: Path) -> Path:
    """Go into a copy of the checkout with a Prism in it, and return its copy of what looks for Prism."""
    looks = Path("laaffic_mock", "prism", "install.py")
    copied = folder / "clone" / "mock" / looks
    copied.parent.mkdir(parents=True)
    shutil.copy(folder / "site" / looks, copied)
    install_prism(folder / "clone" / "mock", "5.14.2")
    os.chdir(folder / "clone")  # undone by the fixture
    return copied


def test_the_prism_of_the_checkout_around_is_found_by_an_installed_copy(installed_elsewhere: Path) -> None:
    enter_checkout(installed_elsewhere)
    result = run(sys.executable, "-c", START)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_prism_in_any_other_folder_called_mock_is_not_run(installed_elsewhere: Path) -> None:
    enter_checkout(installed_elsewhere).write_text("another project's")
    assert "Prism is not installed" in run(sys.executable, "-c", START).stderr


def test_a_prism_above_the_current_folder_is_found_and_another_version_warned_about(installed_elsewhere: Path) -> None:
    install_prism(installed_elsewhere, "5.16.0")
    (installed_elsewhere / "below").mkdir()
    os.chdir("below")  # undone by the fixture
    result = run(sys.executable, "-c", START)
    assert result.returncode == 0
    assert "is Prism 5.16.0; the mock is tested with 5.14.2" in result.stderr


def test_malformed_json_is_refused_and_does_not_hang(prism: Prism) -> None:
    assert httpx2.post(prism.url + PATH, content=b'{"appId": ', headers=HEADERS, timeout=10).status_code == 400
    assert post(prism.url).status_code == 200


def test_a_prefer_transport_chooses_an_example(prism: Prism) -> None:
    with httpx2.Client(transport=PreferTransport("insufficient_balance")) as client:
        response = client.post(prism.url + PATH, json=SAMPLE, headers=HEADERS)
    assert (response.status_code, response.json()["status"]) == (200, "-10")


def test_an_asynchronous_prefer_transport_chooses_an_example(prism: Prism) -> None:
    async def send() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=AsyncPreferTransport("partial_success")) as client:
            return await client.post(prism.url + PATH, json=SAMPLE, headers=HEADERS)

    assert asyncio.run(send()).json()["fail"] == "1"


def test_an_example_that_is_not_there_is_a_404(prism: Prism) -> None:
    with httpx2.Client(transport=PreferTransport("no_such_example")) as client:
        assert client.post(prism.url + PATH, json=SAMPLE, headers=HEADERS).status_code == 404
