"""Making campaigns, finding them, and the file they are in."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import laaffic
from laaffic_campaigns import (
    Campaign,
    CampaignExistsError,
    Ledger,
    LedgerBusyError,
    LedgerError,
    LedgerUnavailableError,
    NoSuchCampaignError,
)
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.databases.sqlite import remote_kind

HELLO = ("99900000001", "Hello")


def told(campaign: Campaign) -> list[tuple[int, str, str, str | None]]:
    return sorted((each.index, each.number, each.state, each.reason) for each in campaign.outcomes())


def test_rows_and_messages_are_frozen_with_an_order_id_each(ledger: Ledger) -> None:
    given = [HELLO, ["+999 0000-0002", "Hi", "mine"], laaffic.Message(["99900000003", "99900000004"], "Both")]
    campaign = ledger.create("spring", given)  # type: ignore[arg-type]  # both kinds at once
    outcomes = list(campaign.outcomes())
    assert [(each.index, each.number) for each in outcomes] == [
        (0, "99900000001"),
        (1, "99900000002"),
        (2, "99900000003"),
        (2, "99900000004"),
    ]
    assert [each.order_id for each in outcomes] == [None, "mine", None, None]
    wire = [each.wire_order_id or "" for each in outcomes]
    assert wire[1] == "mine"
    assert len(set(wire)) == 4
    assert all(order_id[0].isalpha() for order_id in wire)
    assert {each.state for each in outcomes} == {"to_go"}


def test_who_is_left_out_has_an_outcome_with_the_reason(ledger: Ledger) -> None:
    rows = [HELLO, HELLO, ("99900000002", "Hello"), ("12", "Hello", "mine"), ("99900000003", " "), 7]
    campaign = ledger.create("spring", rows, exclude=["+999 0000-0002"], unique=True, on_invalid="report")  # type: ignore[arg-type]  # a row that is none
    assert [row[:3] for row in told(campaign)] == [
        (0, "99900000001", "to_go"),
        (1, "99900000001", "not_sent"),
        (2, "99900000002", "not_sent"),
        (3, "12", "not_sent"),
        (4, "99900000003", "not_sent"),
        (5, "7", "not_sent"),
    ]
    reasons = [str(reason) for _, _, state, reason in told(campaign) if state == "not_sent"]
    expected = ["the same number", "excluded", "2 digits", "empty", "expected a row"]
    assert all(word in reason for word, reason in zip(expected, reasons, strict=True))
    assert campaign.status().not_sent == 5


def test_an_invalid_row_is_raised_with_its_index_and_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"rows\[2\]: numbers") as caught:
        ledger.create("spring", [HELLO, laaffic.Message("99900000002", "x"), ("12", "Hello")], max_recipients=1)
    assert caught.value.message_index == 2
    assert ledger.campaigns() == []


def test_an_error_of_the_rows_themselves_is_raised_and_leaves_nothing(ledger: Ledger) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield HELLO
        raise laaffic.InvalidMessageError("of the caller's own")

    with pytest.raises(laaffic.InvalidMessageError, match="of the caller's own"):
        ledger.create("spring", rows(), on_invalid="report")
    assert ledger.campaigns() == []


def test_a_list_that_is_reused_for_each_row_is_copied(ledger: Ledger) -> None:
    def rows() -> Iterator[list[str]]:
        row = ["", "Hello"]
        for n in range(3):
            row[0] = f"9990000000{n}"
            yield row

    campaign = ledger.create("spring", rows())
    assert [each.number for each in campaign.outcomes()] == ["99900000000", "99900000001", "99900000002"]


@pytest.mark.parametrize(
    ("given", "settings", "words"),
    [
        ([], {}, "no recipient"),
        ([HELLO], {"name": " "}, "name"),
        ([HELLO], {"max_recipients": 0}, "max_recipients"),
        ([HELLO], {"on_invalid": "ignore"}, "on_invalid"),
        ([HELLO], {"sender_id": "x" * 33}, "sender_id"),
        ([HELLO], {"exclude": ["nobody"]}, "number"),
    ],
)
def test_what_cannot_be_is_refused(
    ledger: Ledger, given: list[tuple[str, str]], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(laaffic.LaafficError, match=words):
        ledger.create(**{"name": "spring", "given": given, **settings})
    assert ledger.campaigns() == []


def test_a_name_is_used_once(ledger: Ledger) -> None:
    ledger.create("spring", [HELLO])
    with pytest.raises(CampaignExistsError, match=r"run ledger\.campaign\('spring'\)"):
        ledger.create("spring", [HELLO])
    assert ledger.campaign("spring").status().recipients == 1


def test_a_name_that_is_not_there_tells_those_that_are(ledger: Ledger) -> None:
    ledger.create("spring", [HELLO])
    with pytest.raises(NoSuchCampaignError, match="There are: 'spring'"):
        ledger.campaign("sprnig")


def test_two_do_not_fill_a_campaign_at_once(ledger: Ledger, url: str) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield HELLO
        with Ledger(url) as other, pytest.raises(LedgerBusyError, match="filling campaign 'spring'") as caught:
            other.create("spring", [HELLO])
        assert caught.value.holder["pid"] == str(os.getpid())

    assert ledger.create("spring", rows()).status().state == "ready"
    assert [campaign.name for campaign in ledger.campaigns()] == ["spring"]


def test_the_file_is_its_owners_alone(ledger: Ledger, path: Path) -> None:
    ledger.create("spring", [HELLO])
    files = list(path.parent.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_that_is_taken_away_is_not_made_anew(ledger: Ledger, path: Path) -> None:
    campaign = ledger.create("spring", [HELLO])
    path.rename(path.with_name("elsewhere.db"))
    for act in (campaign.status, campaign.pause):
        with pytest.raises(LedgerUnavailableError):
            act()
    assert not path.exists()


def test_a_commit_is_on_the_disk_and_in_no_wal(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    with database.read() as connection:
        pragmas = [connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("journal_mode", "synchronous")]
    database.close()
    assert pragmas == ["persist", 2]


def test_a_ledger_of_a_newer_version_is_refused(path: Path) -> None:
    Ledger(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update laaffic_ledger set version = 99")
    with pytest.raises(LedgerError, match=r"version 99.*Install the newer version"):
        Ledger(f"sqlite:///{path}")


@pytest.mark.parametrize("url", ["", "spring.db", "sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_an_address_that_is_not_one_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(LedgerError, match="sqlite:///"):
        Ledger(url)


def test_what_is_no_ledger_is_left_alone(path: Path) -> None:
    path.write_bytes(b"something else" * 100)
    with pytest.raises(LedgerUnavailableError, match=r"not a database\. Name another file"):
        Ledger(f"sqlite:///{path}")
    assert path.read_bytes() == b"something else" * 100


def test_a_folder_that_is_not_there_is_named_as_the_cause(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailableError, match=r"No such file.*the folder .*/nowhere is there"):
        Ledger(f"sqlite:///{tmp_path}/nowhere/spring.db")


@pytest.mark.parametrize(("place", "what"), [("/dev/null", "a device or the like"), ("/", "a folder")])
def test_what_is_no_file_is_refused_with_what_to_do(place: str, what: str) -> None:
    with pytest.raises(LedgerError, match=rf"{place}, is that of .*{what}\. Name a file in a folder"):
        Ledger(f"sqlite:///{place}")


def test_the_environment_says_where_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_LEDGER", f"sqlite:///{path}")
    with Ledger() as ledger:
        ledger.create("spring", [HELLO])
    assert path.exists()


def test_network_file_systems_are_told_from_disks() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n/dev/sdb1 /srv/my\\040disk xfs rw 0 0\n"
    assert remote_kind(Path("/home/spring.db"), mounts) is None
    assert remote_kind(Path("/srv/spring.db"), mounts) == "nfs4"
    assert remote_kind(Path("/srv/my disk/spring.db"), mounts) is None


def test_nothing_shows_a_number_or_a_text(ledger: Ledger) -> None:
    campaign = ledger.create("spring", [HELLO])
    shown = f"{ledger!r} {campaign!r} {campaign.status()!r} {list(campaign.outcomes())!r}"
    assert "99900000001" not in shown
    assert "Hello" not in shown


def test_a_campaign_keeps_what_it_was_made_from(ledger: Ledger) -> None:
    assert ledger.create("spring", [("99900000001", "Hello")], source="people.csv, third draft").source == (
        "people.csv, third draft"
    )
    assert ledger.create("summer", [("99900000001", "Hello")]).source is None
    with pytest.raises(LedgerError, match="at most 200 characters"):
        ledger.create("autumn", [("99900000001", "Hello")], source="x" * 201)


def test_an_id_of_a_campaign_that_was_thrown_away_is_never_anothers(ledger: Ledger) -> None:
    opened = list[Campaign]()

    def rows() -> Iterator[tuple[str, str]]:
        opened.append(ledger.campaign("spring"))
        yield HELLO
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.create("spring", rows())
    ledger.create("summer", [HELLO])
    with pytest.raises(NoSuchCampaignError):
        opened[0].cancel()
