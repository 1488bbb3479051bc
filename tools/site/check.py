"""Check the built site: every link leads somewhere, and nothing is loaded from outside."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(?:https?:)?//", re.IGNORECASE)


class Page(HTMLParser):
    """What a page has: its anchors, its links, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        given = {name: value or "" for name, value in attrs}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and not {"canonical", "prev", "next"}.intersection(given.get("rel", "").split()):
            self.loads.append(given.get("href", ""))
        self.loads += [given[name] for name in ("src", "srcset", "poster", "data") if given.get(name)]


@cache
def _page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def problems(site: Path, base: str = "/") -> Iterator[str]:
    """Yield what is wrong with the site in a folder, which is published below a path, a line each."""
    for path in sorted(site.rglob("*.html")):
        where = path.relative_to(site).as_posix()
        yield from (f"{where} loads {what}" for what in _wrong_loads(site, base, path))
        yield from (f"{where} links to {what}" for what in _dead_links(site, base, path))
    for path in sorted(site.rglob("*.css")):
        if LOADS.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} loads something from outside"


def _wrong_loads(site: Path, base: str, path: Path) -> Iterator[str]:
    for load in _page(path).loads:
        parts = urlsplit(load)
        if parts.netloc:
            yield f"{load}, from outside"
        elif not parts.scheme and not _there(site, base, path, parts.path).is_file():
            yield f"{load}, which is not there"


def _dead_links(site: Path, base: str, path: Path) -> Iterator[str]:
    for link in _page(path).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        there = _there(site, base, path, parts.path)
        if not there.is_file():
            yield f"{link}, which is not there"
        elif parts.fragment and there.suffix == ".html" and unquote(parts.fragment) not in _page(there).anchors:
            yield f"{link}, whose headline is not there"


def _there(site: Path, base: str, page: Path, link: str) -> Path:
    link = unquote(link)
    if not link:
        return page
    path = site / link.removeprefix(base) if link.startswith("/") else page.parent / link
    return path / "index.html" if path.is_dir() else path
