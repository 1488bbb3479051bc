"""What the README and the pages of `docs/` show runs, and their tables say what the code says."""

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

import laaffic
from laaffic._model.errors import class_for
from laaffic_mock import Gateway
from support.server import Server

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MAX_LINES = 120
FIRST_SCREEN = 30
RUN = [README, ROOT / "mock" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKED = sorted({*RUN, *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")})
ASKS_ABOUT = ("report", "reconcile")
OUTCOMES = {"outcomes.csv", "other.csv", "another.csv"}
A_DAY_OF_THE_PAGES = re.compile(r"2026-11-\d\d")
NOT_FOUND = 5
OWN_VARIABLE = re.compile(r"LAAFFIC_[A-Z]+(?:_[A-Z]+)*")
A_FILE = re.compile(r"# ([\w/]+\.(?:py|ini))\n")  # the first line of a block that is one of a page's files


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield where each block of code begins, and the block."""
    for path in RUN:
        text = path.read_text(encoding="utf-8")
        for block in re.finditer(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            yield f"{name_of(path)}:{text.count(chr(10), 0, block.start()) + 1}", block[1]


def snippets() -> Iterator[tuple[str, str]]:
    """Yield where each block of Python stands that runs by itself, and the block."""
    return ((where, block) for where, block in blocks("python") if not A_FILE.match(block))


def applications() -> dict[str, dict[str, str]]:
    """Return the files that each page shows, of those that show some."""
    found: dict[str, dict[str, str]] = {}
    for where, block in (*blocks("python"), *blocks("ini")):
        if named := A_FILE.match(block):
            found.setdefault(where.partition(":")[0], {})[named[1]] = block
    return found


def commands() -> Iterator[tuple[str, str]]:
    """Yield where each command stands, and the command; all but the mock, which runs until it is stopped."""
    for where, block in blocks("sh"):
        for line in block.splitlines():
            if line.startswith("laaffic ") and not line.startswith("laaffic mock"):
                yield f"{where} {line}", line


def cases(found: Iterable[tuple[str, object]]) -> list[object]:
    return [pytest.param(code, id=where) for where, code in found]


def anchors(path: Path) -> set[str]:
    """Return what a link to a headline of a page may say, as GitHub makes it."""
    headlines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", headline.lower()).replace(" ", "-") for headline in headlines}


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Let whatever a page shows send to a gateway of this test."""
    with Gateway() as gateway:
        monkeypatch.setenv("LAAFFIC_BASE_URL", gateway.url)
        yield gateway


def made_recent(argument: str) -> str:
    """Move a day of the pages to a recent one: records are kept for 90 days."""
    late = date.today() - date(2026, 11, 24)  # noqa: DTZ011  # days are those of this machine's zone
    return A_DAY_OF_THE_PAGES.sub(lambda day: str(date.fromisoformat(day[0]) + late), argument)


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "laaffic_cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def pass_tests(folder: Path) -> None:
    """Run the tests in a folder, all of which have to pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("mocked")
@pytest.mark.parametrize("files", cases(applications().items()))
def test_the_files_of_a_page_pass_their_tests(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    pass_tests(tmp_path)


@pytest.mark.usefixtures("mocked")
@pytest.mark.parametrize("code", cases(snippets()))
def test_python_example_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "def test_" in code:
        (tmp_path / "test_page.py").write_text(code, encoding="utf-8")
        pass_tests(tmp_path)
        return
    monkeypatch.chdir(tmp_path)  # some make files
    exec(compile(code, "page.py", "exec"), {"__name__": "__main__"})  # noqa: S102  # the point


@pytest.mark.parametrize("command", cases(commands()))
def test_command_runs(
    command: str, mocked: Gateway, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    _, name, *arguments = shlex.split(command)
    if name == "send":
        monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)  # which accepts the magic numbers of the examples, too
    if name == "campaign" and arguments[0] != "create":  # one that an earlier command has made
        monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
        made = run(tmp_path, "send", arguments[-1])
        assert made.returncode == 0, made.stderr
        monkeypatch.setenv("LAAFFIC_BASE_URL", mocked.url)
    if name in ASKS_ABOUT:  # files that an earlier command of the page has written
        for file in OUTCOMES.intersection(arguments):
            made = run(tmp_path, "send", "recipients.csv", "--content", "Hello", "--again", "--yes", "--output", file)
            assert made.returncode == 0, made.stderr
        (tmp_path / "pushed.jsonl").write_text('{"msgid":"1","status":0}\n', encoding="utf-8")
        mocked.advance(60)
    done = run(tmp_path, name, *map(made_recent, arguments))
    unknown_ids = name == "report" and "--from" not in arguments  # which the gateway does not find
    assert done.returncode == (NOT_FOUND if unknown_ids else 0), done.stderr


def test_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_first_example_is_on_the_first_screen() -> None:
    screen = "\n".join(README.read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])
    assert "pip install ." in screen
    assert "client.send(" in screen


def test_table_of_errors_is_complete_and_right() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = {
        name: [cell.strip() for cell in rest.split("|")]
        for name, rest in re.findall(r"^\| `(\w+Error)` \|(.*)\|$", page, re.MULTILINE)
    }
    assert set(rows) == {name for name in laaffic.__all__ if name.endswith("Error")} - {"LaafficError", "StatusError"}
    for code, info in laaffic.STATUSES.items():
        kind = class_for(code)
        if code != "0" and kind is not laaffic.UnknownStatusError:
            statuses, sent, *_ = rows[kind.__name__]
            assert code in statuses.split(", "), kind
            assert sent == ("no" if info.definite else "unknown"), kind
    for name, (_, _, ends, _) in rows.items():
        kind = getattr(laaffic, name)
        if isinstance(kind._concerns_every_request, bool):
            assert (ends == "yes") == kind._concerns_every_request, name


def test_every_setting_has_its_row() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    read = {
        variable
        for folder in ("wrapper", "cli", "mock/laaffic_mock", "campaigns")
        for path in (ROOT / folder).rglob("*.py")
        for variable in OWN_VARIABLE.findall(path.read_text(encoding="utf-8"))
    }
    assert set(inspect.signature(laaffic.Client).parameters) <= rows
    assert read == set(OWN_VARIABLE.findall(page))


@pytest.mark.parametrize("page", LINKED, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", page.read_text(encoding="utf-8")):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"
