"""The site has every page, and its check finds what must not be in it. `make site` builds it and runs the check."""

import importlib.util
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SITE = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]


def listed(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        for below in entry.values():
            yield from [below] if isinstance(below, str) else listed(below)


@pytest.fixture
def problems() -> Callable[[Path], Iterator[str]]:
    spec = importlib.util.spec_from_file_location("check_of_the_site", ROOT / "tools" / "site" / "check.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Path], Iterator[str]] = module.problems
    return found


def test_every_page_is_in_the_navigation() -> None:
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= set(listed(SITE["nav"]))


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ('<a href="other.html#there">', ""),
        ('<a href="https://example.com/">', ""),
        ('<a href="gone.html">', "index.html links to gone.html, which is not there"),
        ('<a href="other.html#gone">', "index.html links to other.html#gone, whose headline is not there"),
        ('<a href="#gone">', "index.html links to #gone, whose headline is not there"),
        ('<script src="https://example.com/x.js">', "index.html loads https://example.com/x.js, from outside"),
        ('<img src="//example.com/x.png">', "index.html loads //example.com/x.png, from outside"),
        (
            '<link rel="stylesheet" href="https://example.com/x.css">',
            "index.html loads https://example.com/x.css, from outside",
        ),
        ('<script src="gone.js">', "index.html loads gone.js, which is not there"),
    ],
)
def test_dead_links_and_loads_from_outside_are_found(
    html: str, wrong: str, problems: Callable[[Path], Iterator[str]], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    (tmp_path / "other.html").write_text('<h1 id="there">', encoding="utf-8")
    assert list(problems(tmp_path)) == ([wrong] if wrong else [])


def test_a_font_from_outside_is_found(problems: Callable[[Path], Iterator[str]], tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("@font-face { src: url(https://example.com/x.woff2) }", encoding="utf-8")
    assert list(problems(tmp_path)) == ["x.css loads something from outside"]
