"""The site has every page, and its check finds what must not be in it. `make site` builds it and runs the check."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from laaffic._model.explained import file_of
from laaffic_cli.explaining.pages import topics

ROOT = Path(__file__).parents[1]
CONTRACT = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
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


def test_no_picture_is_large() -> None:
    assert [path.name for path in (ROOT / "docs").glob("*.png") if path.stat().st_size > 150_000] == []


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


def test_a_link_below_the_path_of_a_published_site_is_found(
    problems: Callable[..., Iterator[str]], tmp_path: Path
) -> None:
    (tmp_path / "404.html").write_text('<a href="/docs/there.html"><a href="/there.html">', encoding="utf-8")
    (tmp_path / "there.html").touch()
    assert list(problems(tmp_path, "/docs/")) == ["404.html links to /there.html, which is not there"]


def checkout_with(address: str, folder: Path) -> Path:
    """Return a checkout like this one, whose pyproject.toml has the address of the documentation."""
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name not in {"build", "dist", "pyproject.toml", "site", "tools"}:
            (folder / path.name).symlink_to(path)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    urls = f'[project.urls]\nDocumentation = "{address}"\n\n[project.scripts]'
    (folder / "pyproject.toml").write_text(text.replace("[project.scripts]", urls, 1), encoding="utf-8")
    shutil.copytree(ROOT / "tools" / "site", folder / "tools" / "site")  # it builds the checkout in which it is
    (folder / "tools" / "node_modules").symlink_to(ROOT / "tools" / "node_modules")
    return folder


def test_a_published_site_has_its_pages_where_the_texts_of_errors_lead(tmp_path: Path) -> None:
    home = "https://docs.example/laaffic/"
    program = [sys.executable, str(checkout_with(home, tmp_path) / "tools" / "site")]
    built = subprocess.run(program, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "`make docs-serve` shows it, with its search" in built.stdout  # from a file, the search does not work
    site = tmp_path / "site"
    for topic in topics():
        page = (site / file_of(topic)).read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{home}{file_of(topic)}">' in page
    assert f"<loc>{home}{file_of('-10')}</loc>" in (site / "sitemap.xml").read_text(encoding="utf-8")
    assert f"- [Errors]({home}errors.md)" in (site / "llms.txt").read_text(encoding="utf-8")


def test_the_search_finds_the_fields_of_the_contract(tmp_path: Path) -> None:
    program = [sys.executable, str(checkout_with("https://docs.example/", tmp_path) / "tools" / "site")]
    built = subprocess.run(program, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    site = tmp_path / "site"
    contract = (site / "contract.html").read_text(encoding="utf-8")
    fields = [name for schema in CONTRACT["components"]["schemas"].values() for name in schema.get("properties", ())]
    assert {"senderId", "orderId", *fields} - {name for name in fields if f"<code>{name}</code>" in contract} == set()
    assert all(f"{path}</code>" in contract for path in CONTRACT["paths"])
    assert '<a href="contract.html">' in (site / "openapi.html").read_text(encoding="utf-8")


def test_an_address_that_is_none_builds_no_site(tmp_path: Path) -> None:
    program = [sys.executable, str(checkout_with("docs.example", tmp_path) / "tools" / "site")]
    built = subprocess.run(program, check=False, capture_output=True, text=True)
    assert built.returncode == 2
    assert built.stderr.startswith(
        "pyproject.toml: the project's URL `Documentation` is 'docs.example': give an address"
    )
