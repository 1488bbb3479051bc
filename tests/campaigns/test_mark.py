"""A ledger that was copied, moved or restored is told from the one that knows what was posted."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, update

from laaffic_campaigns import Ledger, LedgerError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.mark import WHY, check_mark, count_claim
from laaffic_campaigns._kept.schema import ledgers

HELLO = ("99900000001", "Hello")


def claims(database: Database, times: int = 1) -> None:
    for _ in range(times):
        with database.write() as connection:
            count_claim(connection)


def moved_to(path: Path, other: Path) -> str | None:
    shutil.move(path, other)
    return checked(other)


def checked(path: Path) -> str | None:
    database = open_database(f"sqlite:///{path}")
    why = check_mark(database)
    database.close()
    return why


def test_a_ledger_that_stays_where_it_is_is_the_same(database: Database) -> None:
    claims(database)
    assert check_mark(database) is None


def test_a_copy_pauses_all_that_it_would_post_and_only_once(ledger: Ledger, path: Path) -> None:
    ledger.create("spring", [HELLO])
    ledger.create("summer", [HELLO]).cancel()
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    assert checked(copy) == WHY
    assert checked(copy) is None
    assert checked(path) is None
    with Ledger(f"sqlite:///{copy}") as other:
        spring, summer = (campaign.status() for campaign in other.campaigns())
        assert (spring.state, spring.why, summer.state) == ("paused", WHY, "cancelled")
        assert other.campaign("spring").resume().state == "ready"


def test_a_ledger_that_was_moved_pauses(ledger: Ledger, path: Path) -> None:
    ledger.create("spring", [HELLO])
    ledger.close()
    assert moved_to(path, path.with_name("elsewhere.db")) == WHY


def test_a_file_that_was_put_in_place_of_the_ledger_is_another_one(ledger: Ledger, path: Path) -> None:
    ledger.create("spring", [HELLO])
    backup = path.with_name("backup.db")
    shutil.copy(path, backup)
    backup.replace(path)
    assert checked(path) == WHY


def test_an_older_state_that_is_written_into_the_same_file_has_fewer_claims(database: Database, path: Path) -> None:
    claims(database, 2)
    older = path.read_bytes()
    claims(database)
    assert check_mark(database) is None
    path.write_bytes(older)
    assert check_mark(database) == WHY
    assert check_mark(database) is None
    claims(database)
    assert check_mark(database) is None


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for what this user's ledgers note outside of themselves."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "laaffic"


def test_an_older_state_that_is_put_back_with_what_is_beside_it_is_noticed(
    notes: Path, ledger: Ledger, database: Database, path: Path, tmp_path: Path
) -> None:
    ledger.create("spring", [HELLO])
    older = {file: file.read_bytes() for file in tmp_path.glob("spring.db*")}
    assert check_mark(database) is None
    claims(database, 2)
    assert [file.stat().st_mode & 0o777 for file in notes.iterdir()] == [0o600]
    path.with_name("spring.db.claims").unlink()
    for file, content in older.items():
        file.write_bytes(content)
    assert checked(path) == WHY
    assert checked(path) is None


def test_another_ledger_in_the_same_place_has_a_note_of_its_own(notes: Path, path: Path, tmp_path: Path) -> None:
    for count in range(2):
        with Ledger(f"sqlite:///{path}") as ledger:
            ledger.create("spring", [HELLO])
        database = open_database(f"sqlite:///{path}")
        assert check_mark(database) is None
        claims(database, 2 - count)
        database.close()
        for file in tmp_path.glob("spring.db*"):
            file.unlink()
    assert len([*notes.iterdir()]) == 2


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nowhere", ""])
def test_without_a_home_a_ledger_is_run_without_that_note(
    home: str, ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", home)
    ledger.create("spring", [HELLO])
    again = open_database(f"sqlite:///{path}")
    assert check_mark(again) is None
    claims(again, 2)
    assert check_mark(again) is None
    again.close()
    assert path.with_name("spring.db.claims").read_text() == f"{2:020}"


def test_a_claim_that_was_not_committed_is_not_counted(database: Database, path: Path) -> None:
    with suppress(KeyboardInterrupt), database.write() as connection:
        count_claim(connection)
        raise KeyboardInterrupt
    assert not path.with_name("spring.db.claims").exists()
    claims(database, 12)
    with database.read() as connection:
        assert database.claims_seen(connection) == 12
    assert path.with_name("spring.db.claims").stat().st_mode & 0o777 == 0o600


def test_where_a_ledger_is_gone_none_is_begun_anew(database: Database, path: Path) -> None:
    claims(database, 3)
    database.close()
    path.unlink()
    for _ in range(2):
        with pytest.raises(LedgerError, match="is gone"):
            open_database(f"sqlite:///{path}")
    path.with_name("spring.db.claims").unlink()
    assert checked(path) is None


def test_a_ledger_that_lived_elsewhere_pauses_what_runs(ledger: Ledger, database: Database) -> None:
    ledger.create("spring", [HELLO])
    with database.write() as connection:
        connection.execute(update(ledgers).values(mark="elsewhere"))
    assert check_mark(database) == WHY
    assert ledger.campaign("spring").status().state == "paused"
    assert check_mark(database) is None


def test_a_ledger_without_a_mark_gets_one_and_goes_on(ledger: Ledger, database: Database) -> None:
    ledger.create("spring", [HELLO])
    with database.write() as connection:
        connection.execute(update(ledgers).values(mark=None))
    assert check_mark(database) is None
    with database.read() as connection:
        assert connection.scalar(select(ledgers.c.mark)) == database.mark(connection)
    assert ledger.campaign("spring").status().state == "ready"


def test_a_ledger_that_a_newer_version_has_taken_over_is_not_run(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(ledgers).values(version=99))
    with pytest.raises(LedgerError, match="Install the newer version"):
        check_mark(database)
