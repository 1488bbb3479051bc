"""`laaffic balance` and `laaffic check`: asking, and what the exit codes mean."""

import json
import re

import pytest

from cli.conftest import Laaffic
from support.server import Action, Server, answer

BALANCE = {"status": "0", "reason": "success", "balance": "99.990000", "gift": "50.00000", "credit": "0"}


def test_the_balance_is_shown_as_the_provider_has_it(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer(BALANCE))
    result = laaffic("balance")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["balance", "99.990000"],
        ["gift", "50.00000"],
        ["credit", "0"],
    ]


def test_json_keeps_every_digit(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer(BALANCE))
    expected = {"balance": "99.990000", "gift": "50.00000", "credit": "0"}
    assert json.loads(laaffic("balance", "--json").stdout) == expected


@pytest.mark.parametrize(
    ("response", "code"), [(answer({"status": "-1"}), 3), (answer(b"", status=404), 3), (answer(b"no JSON"), 4)]
)
def test_a_failure_has_its_exit_code_and_no_output(
    laaffic: Laaffic, gateway: Server, response: Action, code: int
) -> None:
    gateway.will(response)
    result = laaffic("balance")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("Error: ")
    assert "sent" not in result.stderr.replace("sends nothing", "")


def test_a_wrong_setting_is_bad_usage(laaffic: Laaffic) -> None:
    assert laaffic("balance", "--base-url", "ftp://x").exit_code == 2


def test_a_check_shows_key_clock_and_balance(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer(BALANCE))
    rows = dict(line.rsplit("  ", 1) for line in laaffic("check").stdout.splitlines())
    assert [name.strip() for name in rows] == ["key", "clock skew", "balance", "gift", "credit"]
    assert re.fullmatch(r"[+-]\d s", rows[next(name for name in rows if "skew" in name)].strip())


def test_a_check_of_a_wrong_key_fails(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer({"status": "-1"}))
    assert laaffic("check").exit_code == 3


def test_json_has_the_skew_as_a_number(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer(BALANCE))
    found = json.loads(laaffic("check", "--json").stdout)
    assert abs(found["clock_skew"]) < 60
    gateway.will(answer(BALANCE, headers={"Date": ""}))
    assert json.loads(laaffic("check", "--json").stdout)["clock_skew"] is None


def test_json_has_the_error_too(laaffic: Laaffic, gateway: Server) -> None:
    gateway.will(answer({"status": "-1"}))
    error = json.loads(laaffic("check", "--json").stdout)["error"]
    assert (error["type"], error["status"]) == ("AuthenticationError", "-1")
