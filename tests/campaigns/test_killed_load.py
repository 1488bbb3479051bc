"""A process that fills a campaign is killed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from laaffic_campaigns import Ledger

PROGRAM = Path(__file__).with_name("one_process.py")
LONG = 60.0  # seconds


@pytest.mark.usefixtures("unmeasured")
def test_a_load_that_was_killed_is_thrown_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'spring.db'}"
    command = [sys.executable, str(PROGRAM), "create", url, str(10_000), str(5_000)]
    loading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert loading.stdout is not None
    assert loading.stdout.readline() == "loading\n"
    loading.kill()
    loading.communicate(timeout=LONG)
    assert loading.returncode == -9
    with closing(sqlite3.connect(tmp_path / "spring.db")) as connection:
        assert connection.execute("select state from laaffic_campaigns").fetchall() == [("loading",)]

    with Ledger(url) as ledger:
        assert ledger.campaigns() == []
        assert ledger.create("spring", [("99900000001", "Hello")]).status().recipients == 1
