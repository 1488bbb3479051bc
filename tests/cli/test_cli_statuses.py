"""`laaffic statuses`, and what the command says of itself."""

import json
from importlib.metadata import version

from cli.conftest import Laaffic
from laaffic import STATUSES


def test_every_status_is_listed(laaffic: Laaffic) -> None:
    said = laaffic("statuses").stdout
    for code in STATUSES:
        assert f"{code:>4}  " in said
    assert max(len(line) for line in said.splitlines()) <= 80


def test_statuses_as_json(laaffic: Laaffic) -> None:
    rows = json.loads(laaffic("statuses", "--json").stdout)
    assert [row["code"] for row in rows] == list(STATUSES)
    assert set(rows[0]) == {"code", "name", "meaning", "hint", "definite", "error"}
    assert {row["code"]: row["error"] for row in rows}["-10"] == "InsufficientBalanceError"


def test_version(laaffic: Laaffic) -> None:
    assert laaffic("--version").stdout == f"laaffic {version('laaffic')}\n"


def test_help_lists_the_commands(laaffic: Laaffic) -> None:
    said = laaffic("--help").stdout
    assert "send" in said
    assert "statuses" in said
