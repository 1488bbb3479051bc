"""An error's text leads to a page: by a command, or where the documentation is published, at its address."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from laaffic._model.explained import published

SAY = "import laaffic; print(laaffic.InsufficientBalanceError('refused', status='-10'))"
COMMAND = "(laaffic explain -10)\n"


def said(folder: Path, metadata: str | None) -> str:
    """Return an error's text in a program that finds these metadata of the package first."""
    found = folder / "laaffic-0.1.0.dist-info"
    found.mkdir()
    if metadata is not None:
        (found / "METADATA").write_text(f"Metadata-Version: 2.4\nName: laaffic\nVersion: 0.1.0\n{metadata}\n", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    program = [sys.executable, "-W", "error", "-c", SAY]
    return subprocess.run(program, env=environment, check=True, capture_output=True, text=True).stdout


def test_a_published_page_is_named_by_its_address(tmp_path: Path) -> None:
    text = said(
        tmp_path, "Project-URL: Source, https://code.example\nProject-URL: Documentation, https://docs.example/v1"
    )
    assert text.endswith("(https://docs.example/v1/explain/-10.html)\n")


@pytest.mark.parametrize(
    "metadata",
    [None, "", "Project-URL: Source, https://code.example", "Project-URL: Documentation, nowhere", "Project-URL: x"],
    ids=["no metadata", "no address", "another address", "no such address", "no label"],
)
def test_else_the_command_is_named(tmp_path: Path, metadata: str | None) -> None:
    assert said(tmp_path, metadata).endswith(COMMAND)


@pytest.mark.parametrize("label", ["Documentation", "documentation", " DOCUMENTATION "])
def test_the_label_is_found_however_it_is_written(label: str) -> None:
    assert published([("Source", "https://code.example"), (label, "https://docs.example")]) == "https://docs.example/"


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ("https://docs.example", "https://docs.example/"),
        ("https://docs.example/", "https://docs.example/"),
        (" http://docs.example:8000/a/b-c_d/ ", "http://docs.example:8000/a/b-c_d/"),
    ],
)
def test_an_address_ends_with_a_slash(given: str, home: str) -> None:
    assert published([("Documentation", given)]) == home


@pytest.mark.parametrize(
    "given",
    [
        "",
        "docs.example",
        "ftp://docs.example",
        "https://docs.example/?page=1",
        "https://docs.example/#top",
        "https://user@docs.example/",
        "https://docs.example/\x1b[31m",
        "https://docs.example/a b",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused_with_the_remedy(given: str) -> None:
    with pytest.raises(ValueError, match=r"give an address such as https://example\.com/docs/"):
        published([("Documentation", given)])
