"""Ctrl-C in the midst of send_many: whatever was read has an outcome in a result, or in the log."""

import dis
import logging
import operator
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import laaffic
from support.server import Connection, Server, answer, success

BAD = "666666"
SOURCES = str(Path(laaffic.__file__).parent)
IN_LOG = re.compile(r"messages? (\d+)(?: to (\d+))?(.*)")


@contextmanager
def interrupted_at(step: int) -> Iterator[None]:
    """Raise KeyboardInterrupt in this thread at one of the steps where CPython does so within the package."""
    passed, before = 0, dict[FrameType, str]()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal passed
        if not frame.f_code.co_filename.startswith(SOURCES):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            opcode = before.get(frame, "")
            before[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if opcode.startswith("CALL") or opcode in {"RESUME", "JUMP_BACKWARD"}:
                passed += 1
                if passed == step:
                    raise KeyboardInterrupt
        return trace

    outer = sys.gettrace()  # such as that of the coverage measurement
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(outer)


def refuse_the_bad(connection: Connection) -> bool:
    """Refuse the whole request when a number in it is bad."""
    return answer({"status": "-9"})(connection) if BAD.encode() in connection.request.body else success(connection)


def some_rows(dice: random.Random, *, split: bool, report: bool) -> list[tuple[str, str]]:
    """Return rows of which some are bad where that is searched for, and some invalid where that is reported."""
    return [
        (
            "0" if report and dice.random() < 0.1 else f"999{BAD if split and dice.random() < 0.1 else '11111'}{n:03d}",
            "x",
        )
        for n in range(40)
    ]


# Between the making of a socket and its keeping, no Python code can close it: the collector does, and says so.
@pytest.mark.filterwarnings("ignore:.*<socket.socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost(server: Server, caplog: pytest.LogCaptureFixture, seed: int, concurrency: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # tests are to repeat
    split, report, messages = (dice.random() < 0.5 for _ in range(3))
    rows: Any = some_rows(dice, split=split, report=report)
    if messages:
        rows = [laaffic.Message(number, text) if number != "0" else number for number, text in rows]
    source, got = iter(rows), list[laaffic.BatchResult]()
    server.will(refuse_the_bad)
    client = laaffic.Client(base_url=server.url, max_recipients=9)
    many = client.send_many(
        source if messages else laaffic.Rows(source),
        concurrency=concurrency,
        split_refused=split,
        on_invalid="report" if report else "raise",
    )
    try:
        with caplog.at_level(logging.WARNING, "laaffic"), interrupted_at(dice.randrange(1, 6000)):
            for result in many:
                got.append(result)  # so that what came before the interruption is kept
    except KeyboardInterrupt:
        many.close()
    client.close()
    outcomes = Counter(recipient.message_index for result in got for recipient in result.recipients)
    assert set(outcomes.values()) <= {1}
    logged = [match for line in caplog.messages if (match := IN_LOG.match(line))]
    in_log = {
        index for first, last, _ in map(re.Match.groups, logged) for index in range(int(first), int(last or first) + 1)
    }
    assert set(range(len(rows) - operator.length_hint(source))) == set(outcomes) | in_log
    posted = {message["numbers"] for post in server.posts for message in post.json()["array"]}
    unposted = [match for match in logged if match[3] == ": read and not posted"]
    for index in (n for match in unposted for n in range(int(match[1]), int(match[2] or match[1]) + 1)):
        assert rows[index] == "0" or (rows[index].numbers[0] if messages else rows[index][0]) not in posted
