"""What decides when a campaign is posted: options of `send`, `campaign create` and `campaign set`."""

import json
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from cli.conftest import PATIENCE, Laaffic, Spawn
from support.server import Connection, Server, silence, success

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and signals of POSIX")

HOURS = ("--not-between", "21:00-09:00", "--zone", "Europe/Berlin")


def status(laaffic: Laaffic, file: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(laaffic("campaign", "status", file, "--json").stdout)
    return found


def closed_now() -> tuple[str, ...]:
    """Return options by which nothing may be posted now, nor in the next hours."""
    now = datetime.now(UTC)
    start, end = [(now + timedelta(hours=hours)).strftime("%H:%M") for hours in (-1, 6)]
    return "--not-between", f"{start}-{end}", "--zone", "UTC"


def test_create_keeps_them(laaffic: Laaffic, many: str) -> None:
    given = ("--rate", "500", "--not-between", "21:00-09:00", "--zone", "UTC", "--stop-after", "rejected=0.2")
    result = laaffic("campaign", "create", many, *given, "--concurrency", "4")
    assert result.exit_code == 0
    for name, value in {
        "rate": "500/s at most",
        "not between": "21:00-09:00 UTC",
        "stop after": "rejected 0.2",
        "concurrency": "4",
    }.items():
        assert f"{name:<13}{value}\n" in result.stdout


def test_set_changes_what_is_given_and_nothing_else(laaffic: Laaffic, many: str) -> None:
    laaffic("campaign", "create", many, "--rate", "500", *closed_now())
    changed = json.loads(laaffic("campaign", "set", many, "--rate", "20.5", "--json").stdout)
    assert changed["rate"] == 20.5
    assert changed["waits_until"] is not None
    assert json.loads(laaffic("campaign", "set", many, "--no-hours", "--json").stdout)["waits_until"] is None
    assert json.loads(laaffic("campaign", "set", many, "--no-rate", "--json").stdout)["rate"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Say what is set"),
        (["--rate", "5", "--no-rate"], "--rate and --no-rate contradict each other"),
        (["--rate", "0"], "recipients a second, above 0"),
        (["--rate", "nan"], "recipients a second, above 0"),
        (["--rate", "1", "--rate", "2"], "give it once"),
        (["--not-between", "21:00-09:00"], "--not-between needs --zone"),
        (["--zone", "UTC"], "--zone goes with --not-between"),
        (["--not-between", "21-9", "--zone", "UTC"], "two different times of day"),
        (["--not-between", "25:00-09:00", "--zone", "UTC"], "two different times of day"),
        (["--not-between", "09:00-09:00", "--zone", "UTC"], "two different times of day"),
        (["--not-between", "21:00-09:00", "--zone", "Berlin"], "no zone of this name"),
        (["--stop-after", "accepted=0.2"], "rejected or unknown, and a share"),
        (["--stop-after", "rejected=20%"], "rejected or unknown, and a share"),
        (["--stop-after", "rejected=0.1", "--stop-after", "rejected=0.2"], "rejected is given twice"),
        (["--concurrency", "0"], "--concurrency"),
    ],
)
def test_what_is_not_valid_is_told_and_changes_nothing(
    laaffic: Laaffic, many: str, options: list[str], said: str
) -> None:
    laaffic("campaign", "create", many, "--rate", "500")
    result = laaffic("campaign", "set", many, *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert status(laaffic, many)["rate"] == 500


def test_a_campaign_that_has_ended_takes_none(laaffic: Laaffic, many: str) -> None:
    laaffic("send", many)
    result = laaffic("campaign", "set", many, "--rate", "5")
    assert result.exit_code == 2
    assert "The campaign has ended" in result.stderr
    assert laaffic("send", many, "--rate", "5").exit_code == 0


@pytest.mark.parametrize("option", [["--rate", "5"], HOURS, ["--stop-after", "unknown=0.1"]])
def test_a_message_of_the_command_line_has_none(laaffic: Laaffic, gateway: Server, option: list[str]) -> None:
    result = laaffic("send", "--to", "99900000001", "--content", "a", *option)
    assert result.exit_code == 2
    assert f"{option[0]} goes with FILE, not with --to" in result.stderr
    assert not gateway.posts


def test_send_changes_those_that_are_given_and_leaves_the_others(
    laaffic: Laaffic, spawn: Spawn, gateway: Server, many: str
) -> None:
    laaffic("campaign", "create", many, "--rate", "500", "--max-recipients", "100", *closed_now())
    sending = spawn("send", many, "--max-recipients", "100", "--concurrency", "2")
    assert sending.stderr is not None
    assert "Goes on with campaign" in sending.stderr.readline()
    assert status(laaffic, many)["rate"] == 500
    sending.send_signal(signal.SIGINT)
    sending.communicate(timeout=PATIENCE)
    assert not gateway.posts
    laaffic("campaign", "set", many, "--no-hours")
    again = laaffic("send", many, "--max-recipients", "100", "--rate", "900000")
    assert again.exit_code == 0
    assert "It was paused" not in again.stderr  # who has interrupted it knows
    assert status(laaffic, many)["rate"] == 900_000


def test_concurrency_stays_with_the_campaign(laaffic: Laaffic, gateway: Server, many: str) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def together(connection: Connection) -> bool:
        both.wait()
        return success(connection)

    gateway.will(together, together)
    laaffic("campaign", "create", many, "--max-recipients", "125", "--concurrency", "2")
    assert laaffic("campaign", "run", many).exit_code == 0


def test_who_waits_for_a_ledger_is_told_that_its_settings_count(measured: Spawn, gateway: Server, many: str) -> None:
    waiting = threading.Event()

    def hold(connection: Connection) -> bool:
        waiting.set()
        return silence(connection)

    gateway.will(hold)
    first = measured("send", many)
    assert waiting.wait(PATIENCE)
    second = measured("send", many, "--rate", "50")
    _, errors = second.communicate(timeout=PATIENCE)
    first.kill()
    first.communicate(timeout=PATIENCE)
    assert second.returncode == 6
    assert "What decides when it is posted is changed all the same" in errors
