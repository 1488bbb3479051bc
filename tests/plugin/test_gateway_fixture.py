"""What `laaffic_gateway` gives to a test, and that it is gone afterwards."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from laaffic_mock import Gateway
from plugin.conftest import ALL_PLUGINS, Run


def test_a_strangers_test_passes_with_one_fixture_name_and_no_configuration(run: Run) -> None:
    tests = """
    def test_the_code_is_sent(laaffic_gateway):
        with laaffic.Client() as client:
            client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(to="99955500001", containing="4711")
    """
    run(tests, **ALL_PLUGINS).assert_outcomes(passed=1)


def test_application_code_may_make_its_own_client_deep_inside(run: Run, suite: Path) -> None:
    application = """
import laaffic

def welcome(number):
    with laaffic.Client() as client:
        return client.send_batch([laaffic.Message(number, "Welcome")])
"""
    (suite / "application.py").write_text(application, encoding="utf-8")
    tests = """
    import application

    def test_welcome(laaffic_gateway):
        application.welcome("99955500001")
        assert [message.content for message in laaffic_gateway.messages] == ["Welcome"]
    """
    run(tests).assert_outcomes(passed=1)


def test_it_is_empty_at_the_start_of_each_test(run: Run) -> None:
    tests = """
    @pytest.mark.parametrize("turn", [1, 2])
    def test_one(laaffic_gateway, laaffic_client, turn):
        assert laaffic_gateway.messages == []
        assert laaffic_gateway.balance is None
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.balance = 0
        laaffic_gateway.fail_next("drop")
    """
    run(tests).assert_outcomes(passed=2)


def test_one_gateway_serves_the_whole_session(run: Run) -> None:
    tests = """
    seen = []

    @pytest.mark.parametrize("turn", [1, 2])
    def test_one(laaffic_gateway, turn):
        seen.append(laaffic_gateway.url)
        assert set(seen) == {laaffic_gateway.url}
    """
    run(tests).assert_outcomes(passed=2)


def test_the_environment_is_set_during_the_test_only(run: Run) -> None:
    tests = """
    import os

    def settings():
        return {name: value for name, value in os.environ.items() if name.startswith("LAAFFIC_")}

    def test_during(laaffic_gateway):
        assert settings() == laaffic_gateway.environment

    def test_after():
        assert settings() == {"LAAFFIC_API_KEY": "the machine's own"}
    """
    run(tests, LAAFFIC_API_KEY="the machine's own").assert_outcomes(passed=2)


def test_what_a_test_sets_itself_is_undone_too(run: Run) -> None:
    tests = """
    import os

    def test_during(monkeypatch, laaffic_gateway):
        monkeypatch.setenv("LAAFFIC_API_SECRET", "wrong")
        with laaffic.Client() as client, pytest.raises(laaffic.AuthenticationError):
            client.send_batch([MESSAGE])

    def test_after():
        assert "LAAFFIC_API_SECRET" not in os.environ
    """
    run(tests).assert_outcomes(passed=2)


def test_ready_clients_send_to_it(run: Run) -> None:
    tests = """
    import asyncio

    def test_both(laaffic_gateway, laaffic_client, laaffic_async_client):
        laaffic_client.send_batch([MESSAGE])
        asyncio.run(laaffic_async_client.send_batch([MESSAGE]))
        laaffic_gateway.assert_sent(times=2)
    """
    run(tests).assert_outcomes(passed=1)


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_the_async_client_leaves_nothing_open(run: Run, library: str) -> None:
    tests = f"""
    @pytest.fixture
    def anyio_backend():
        return "{library}"

    @pytest.mark.anyio
    async def test_sending(laaffic_gateway, laaffic_async_client):
        await laaffic_async_client.send_batch([MESSAGE])
        await laaffic_async_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=2)
    """
    run(tests).assert_outcomes(passed=1)


def test_the_async_client_may_be_used_on_one_event_loop_after_another(run: Run) -> None:
    tests = """
    import asyncio

    def test_two_loops(laaffic_gateway, laaffic_async_client):
        for _ in range(2):
            asyncio.run(laaffic_async_client.send_batch([MESSAGE]))
        laaffic_gateway.assert_sent(times=2)
    """
    run(tests).assert_outcomes(passed=1)


def test_tasks_may_send_at_the_same_time(run: Run) -> None:
    tests = """
    import asyncio

    async def many(client):
        await asyncio.gather(*(client.send_batch([MESSAGE]) for _ in range(20)))

    def test_many(laaffic_gateway, laaffic_async_client):
        asyncio.run(many(laaffic_async_client))
        laaffic_gateway.assert_sent(times=20)
    """
    run(tests).assert_outcomes(passed=1)


def test_threads_may_send_at_the_same_time(run: Run) -> None:
    tests = """
    from concurrent.futures import ThreadPoolExecutor

    def test_many(laaffic_gateway, laaffic_client):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: laaffic_client.send_batch([MESSAGE]), range(20)))
        laaffic_gateway.assert_sent(times=20)
    """
    run(tests).assert_outcomes(passed=1)


def test_a_subprocess_that_inherits_the_environment_sends_to_it(run: Run) -> None:
    tests = """
    import subprocess, sys

    PROGRAM = "import laaffic; laaffic.Client().send_batch([laaffic.Message('99955500002', 'From elsewhere')])"

    def test_elsewhere(laaffic_gateway):
        subprocess.run([sys.executable, "-c", PROGRAM], check=True)
        laaffic_gateway.assert_sent(to="99955500002", containing="elsewhere")
    """
    run(tests).assert_outcomes(passed=1)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_child_that_ends_leaves_the_gateway_running(run: Run) -> None:
    tests = """
    import os

    # Newer Pythons warn of every fork of a process with threads.
    @pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
    def test_fork(laaffic_gateway, _laaffic_gateway_session, laaffic_client):
        child = os.fork()
        if child == 0:
            try:
                laaffic_client.send_batch([MESSAGE])
                _laaffic_gateway_session.close()  # as the end of the session would
            finally:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        laaffic_gateway.assert_sent(times=1)
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=2)
    """
    run(tests).assert_outcomes(passed=1)


def test_each_xdist_worker_has_a_gateway_of_its_own(run: Run) -> None:
    tests = """
    @pytest.mark.parametrize("turn", range(20))
    def test_one(laaffic_gateway, laaffic_client, turn):
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=1)
    """
    run(tests, "-n", "2").assert_outcomes(passed=20)


def test_the_next_test_does_not_feel_a_refusal_of_the_one_before(run: Run) -> None:
    tests = """
    def test_first(laaffic_gateway, laaffic_client):
        laaffic_gateway.fail_next("refuse_connection", seconds=600)
        with pytest.raises(laaffic.NotSentError):
            laaffic_client.send_batch([MESSAGE])

    def test_second(laaffic_gateway, laaffic_client):
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=1)
    """
    run(tests).assert_outcomes(passed=2)


def test_a_gateway_that_runs_already_is_used(run: Run) -> None:
    tests = """
    def test_sending(laaffic_gateway, laaffic_client):
        laaffic_client.send_batch([MESSAGE])
        laaffic_gateway.assert_sent(times=1)
    """
    with Gateway() as gateway:
        run(tests, LAAFFIC_MOCK_URL=gateway.url).assert_outcomes(passed=1)
        gateway.assert_sent(to="99955500001", times=1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "127.0.0.1", "http://127.0.0.1:x", "https://api.laaffic.com"])
def test_an_address_where_no_gateway_runs_is_an_error_that_names_the_variable(run: Run, url: str) -> None:
    done = run("def test_one(laaffic_gateway): ...", LAAFFIC_MOCK_URL=url)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"LAAFFIC_MOCK_URL is '{url}', and there is no gateway to use*laaffic mock*"])


def test_one_gateway_for_several_workers_is_an_error_that_says_what_to_do(run: Run) -> None:
    with Gateway() as gateway:
        done = run("def test_one(laaffic_gateway): ...", "-n", "2", LAAFFIC_MOCK_URL=gateway.url)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["LAAFFIC_MOCK_URL names one gateway for several xdist workers*unset it*"])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it(suite: Path, bare_environment: dict[str, str], command_line: list[str]) -> None:
    tests = """
import threading

def test_for_ever(laaffic_gateway):
    print("waiting", flush=True)
    threading.Event().wait()
"""
    (suite / "test_it.py").write_text(tests, encoding="utf-8")
    command = [*command_line, "-s", "-q"]
    with subprocess.Popen(command, cwd=suite, env=bare_environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            while "waiting" not in running.stdout.readline():
                assert running.poll() is None
            running.send_signal(signal.SIGINT)
            assert running.wait(60) == pytest.ExitCode.INTERRUPTED
        finally:
            running.kill()
