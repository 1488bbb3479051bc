"""`--output`: the evidence of what became of everybody."""

import csv
import sys
from pathlib import Path

import pytest

from cli.conftest import Laaffic, Spawn, Write
from support.server import Connection, Server, success


def test_every_outcome_is_kept(laaffic: Laaffic, tmp_path: Path, many: str) -> None:
    output = tmp_path / "outcomes.csv"
    assert laaffic("send", many, "--output", str(output)).exit_code == 0
    with output.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["number", "order_id", "msg_id", "state"]
    assert rows[1] == ["99900000000", "", "m0", "accepted"]
    assert len(rows) == 251


def test_rows_are_there_before_the_next_request(laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str) -> None:
    output = tmp_path / "outcomes.csv"
    lines = []

    def look(connection: Connection) -> bool:
        lines.append(len(output.read_text().splitlines()))
        return success(connection)

    gateway.will(look)
    laaffic("send", many, "--max-recipients", "100", "--output", str(output))
    assert lines == [1, 101, 201]


def test_awkward_order_ids_stay_in_their_cell(laaffic: Laaffic, write: Write, tmp_path: Path) -> None:
    output = tmp_path / "outcomes.csv"
    laaffic("send", write("a.csv", 'number,content,order_id\n99900000001,a,"x""\ny;"\n'), "--output", str(output))
    with output.open(newline="") as file:
        assert list(csv.reader(file))[1] == ["99900000001", 'x"\ny;', "m0", "accepted"]


def test_a_file_with_something_in_it_is_never_overwritten(
    laaffic: Laaffic, gateway: Server, write: Write, many: str
) -> None:
    output = write("outcomes.csv", "evidence")
    result = laaffic("send", many, "--output", output)
    assert result.exit_code == 2
    assert "is not empty, and is never overwritten; name another file" in result.stderr
    assert Path(output).read_text() == "evidence"
    assert not gateway.posts


def test_an_empty_file_is_used(laaffic: Laaffic, write: Write, many: str) -> None:
    output = write("outcomes.csv", "")
    assert laaffic("send", many, "--output", output).exit_code == 0
    assert len(Path(output).read_text().splitlines()) == 251


def test_a_place_that_cannot_be_written_is_told_before_anything_is_sent(
    laaffic: Laaffic, gateway: Server, tmp_path: Path, many: str
) -> None:
    result = laaffic("send", many, "--output", str(tmp_path / "no" / "outcomes.csv"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert not gateway.posts


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_told_before_anything_is_sent(laaffic: Laaffic, gateway: Server, many: str) -> None:
    result = laaffic("send", many, "--output", "/dev/full")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert not gateway.posts


def test_bad_input_leaves_no_file_behind(laaffic: Laaffic, write: Write, tmp_path: Path) -> None:
    output = tmp_path / "outcomes.csv"
    assert laaffic("send", write("bad.csv", "number,content\n12,a\n"), "--output", str(output)).exit_code == 2
    assert not output.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to set")
def test_a_disk_that_fills_up_ends_sending_and_the_table_shows_who_was_sent_to(
    spawn: Spawn, gateway: Server, tmp_path: Path, many: str
) -> None:
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300));"
        "from laaffic_cli import main; sys.exit(main())"
    )
    output = tmp_path / "outcomes.csv"
    process = spawn("send", many, "--max-recipients", "5", "--output", str(output), command=["-B", "-c", limited])
    said, errors = process.communicate(timeout=60)
    posted = [message["numbers"] for post in gateway.posts for message in post.json()["array"]]
    assert 0 < len(posted) < 250
    assert process.returncode == 5
    assert "Sending ended, because an outcome could not be written down" in errors
    kept = output.read_text() + said
    assert all(f"{number}" in kept for number in posted)
    assert f"{len(posted)} accepted, 0 rejected, {250 - len(posted)} not_sent" in said
