"""Outcomes that the database cannot take are kept on the disk."""

import logging
import stat
from dataclasses import replace

import pytest
from sqlalchemy import select

from laaffic_campaigns import Ledger
from laaffic_campaigns._kept.chunks import Outcomes, pack_outcomes
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.schema import campaigns
from laaffic_campaigns._kept.spool import Kept, forget, keep, kept


@pytest.fixture
def record(ledger: Ledger, database: Database) -> Kept:
    """Return an outcome of a campaign of this ledger."""
    ledger.create("spring", [("99900000001", "Hello")])
    with database.read() as connection:
        key = connection.scalar(select(campaigns.c.key))
    packed = pack_outcomes(Outcomes(["accepted"], ["m1"], [None]))
    return Kept(str(key), 1, "a1b2", packed, "0", "a reason \ud800", 5.0)


def test_what_is_kept_is_read_until_it_is_forgotten(database: Database, record: Kept) -> None:
    assert kept(database) == []
    assert keep(database, record)
    assert keep(database, record)
    other = replace(record, token="c3", reason=None)
    assert keep(database, other)
    assert kept(database) == [replace(record, reason="a reason ?"), other]
    forget(database, record.token)
    forget(database, record.token)
    assert kept(database) == [other]


def test_it_is_its_owners_alone(database: Database, record: Kept) -> None:
    keep(database, record)
    assert stat.S_IMODE(database.spool.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in database.spool.iterdir()] == [0o600]
    assert "a reason" not in repr(record)


def test_an_outcome_of_another_ledger_is_left_there(database: Database, record: Kept) -> None:
    assert keep(database, replace(record, key="z000000000"))
    assert kept(database) == []
    assert len(list(database.spool.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"key": "99900000001"}', b"\xff\x00"])
def test_what_is_damaged_is_set_aside_and_the_rest_is_read(
    database: Database, record: Kept, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    keep(database, record)
    (database.spool / "b2.outcomes").write_bytes(damage)
    with caplog.at_level(logging.WARNING, "laaffic.campaigns"):
        assert [each.token for each in kept(database)] == ["a1b2"]
        assert [each.token for each in kept(database)] == ["a1b2"]
    assert caplog.text.count("is damaged") == 1
    assert "99900000001" not in caplog.text
    assert (database.spool / "b2.damaged").read_bytes() == damage


def test_a_file_that_was_cut_off_is_damaged(database: Database, record: Kept) -> None:
    keep(database, record)
    [file] = database.spool.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    assert kept(database) == []


def test_outcomes_that_do_not_unpack_are_damaged(database: Database, record: Kept) -> None:
    keep(database, replace(record, content=record.content[:-1]))
    assert kept(database) == []


def test_a_folder_that_cannot_be_made_is_told_and_not_raised(
    database: Database, record: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    database.spool.write_text("in its place")
    with caplog.at_level(logging.WARNING, "laaffic.campaigns"):
        assert not keep(database, record)
    assert "cannot be kept" in caplog.text
    assert kept(database) == []
