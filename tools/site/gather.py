"""Gather the site's pages in build/docs: those of `docs/`, others of this project, and those that are made here."""

import inspect
import os
import re
import shutil
from importlib import import_module
from pathlib import Path

import yaml

from contract import as_page, as_tables
from laaffic._model.explained import file_of
from laaffic_cli.explaining.pages import chapters, topics

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "build" / "docs"
REDOC = ROOT / "tools" / "node_modules" / "redoc" / "bundles" / "redoc.standalone.js"
ITS_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
# Pages that are kept elsewhere in this project; GitHub and the site show the same text.
ELSEWHERE = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "examples/celery_shop/README.md": "examples/celery_shop.md",
    "examples/django_shop/README.md": "examples/django_shop.md",
    "examples/fastapi_otp/README.md": "examples/fastapi_otp.md",
    "examples/otp_app/README.md": "examples/otp_app.md",
    "mock/README.md": "mock.md",
}
ALIASES = {
    "README.md": "index.md",
    "examples/celery_shop": "examples/celery_shop.md",
    "examples/django_shop": "examples/django_shop.md",
    "examples/fastapi_otp": "examples/fastapi_otp.md",
    "examples/otp_app": "examples/otp_app.md",
}
PICTURES = ("*.png", "*.svg")
PACKAGES = ("laaffic", "laaffic_campaigns", "laaffic_mock")
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]*)(#[^)]+)?\)")  # of pictures, too
ROW = re.compile(r"^\| `([\w-]+)` \|", re.MULTILINE)
WITH_ROWS = {"errors.md", "magic-numbers.md", "statuses.md"}  # of what has a page of its own

# Lines of code have up to 120 characters.
# A name in a table is never cut in two; the table is scrolled instead.
STYLE = ".md-grid { max-width: 72rem; }\n.md-typeset table code { word-break: normal; }\n"


def gather() -> None:
    """Make build/docs anew."""
    shutil.rmtree(STAGE, ignore_errors=True)
    pages = {path.relative_to(ROOT).as_posix(): path.name for path in (ROOT / "docs").glob("*.md")} | ELSEWHERE
    pictures = {
        path.relative_to(ROOT).as_posix(): path.name for kind in PICTURES for path in (ROOT / "docs").glob(kind)
    }
    for source, target in pages.items():
        text = _relinked((ROOT / source).read_text(encoding="utf-8"), source, target, pages | pictures)
        _write(target, _with_links_to_explanations(text) if target in WITH_ROWS else text)
    for source, target in pictures.items():
        shutil.copyfile(ROOT / source, STAGE / target)
    contract = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    _write("openapi.yaml", contract)
    _write("contract.md", as_tables(yaml.safe_load(contract)))
    _write("openapi.html", as_page(yaml.safe_load(contract)))
    for topic, text in topics().items():
        _write(_explained(topic), text)
    _write("explain/index.md", _index())
    for package in PACKAGES:
        _write(f"api/{package}.md", f"# {package}\n\n" + "\n".join(_api(package, name) for name in _names(package)))
    _write("assets/wide.css", STYLE)
    redoc = REDOC.read_text(encoding="utf-8")
    _write(f"assets/{REDOC.name}", redoc.replace(ITS_LOGO, "data:,"))  # the one thing that it would load from outside


def described(package: str) -> str:
    """Return a package's public names with their signatures and docstrings, as the page's Markdown."""
    parts = [f"# {package}\n"]
    for name in _names(package):
        value = getattr(import_module(package), name)
        parts.append(f"## {name}\n")
        if callable(value):
            methods = [(name, value), *_methods(name, value)]
            parts += [f"`{label}{_signature(each)}`\n\n{inspect.getdoc(each) or ''}\n" for label, each in methods]
    return "\n".join(parts)


def _api(package: str, name: str) -> str:
    """Return what mkdocstrings shows one name by; what errors have in common is shown once, with their base."""
    with_all = not name.endswith("Error")
    options = "    options:\n      inherited_members: true\n      merge_init_into_class: true\n" if with_all else ""
    return f"::: {package}.{name}\n{options}"


def _methods(name: str, value: object) -> list[tuple[str, object]]:
    if not inspect.isclass(value) or (name.endswith("Error") and name != "LaafficError"):
        return []
    return [
        (f"{name}.{key}", each)
        for key, each in inspect.getmembers(value, inspect.isroutine)
        if not key.startswith("_") and (getattr(each, "__module__", None) or "").startswith("laaffic")
    ]


def _signature(value: object) -> str:
    try:
        return str(inspect.signature(value))  # type: ignore[arg-type]  # callers ask whether it is callable
    except (TypeError, ValueError):
        return ""


def _names(package: str) -> list[str]:
    names: list[str] = import_module(package).__all__
    # The table has a page of its own; errors come last.
    return sorted((name for name in names if name != "STATUSES"), key=lambda name: name.endswith("Error"))


def _relinked(text: str, source: str, target: str, pages: dict[str, str]) -> str:
    """Let links between files of the project lead to the site's pages, or to copies of files that are no pages."""

    def there(match: re.Match[str]) -> str:
        words, link, anchor = match[1], match[2], match[3] or ""
        if not link:
            return match[0]
        path = os.path.normpath(Path(source).parent / link)
        page = pages.get(path) or ALIASES.get(path)
        if page is None and (ROOT / path).is_dir():
            return words
        if page is None:
            page = "openapi.yaml" if path == "openapi.yaml" else f"files/{path}"
            (STAGE / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, STAGE / page)
        return f"[{words}]({os.path.relpath(page, Path(target).parent)}{anchor})"

    return LINK.sub(there, text)


def _explained(topic: str) -> str:
    """Return the page that becomes the one to which an error's text leads."""
    return f"{file_of(topic).removesuffix('.html')}.md"


def _with_links_to_explanations(text: str) -> str:
    known = topics()
    return ROW.sub(lambda row: f"| [`{row[1]}`]({_explained(row[1])}) |" if row[1] in known else row[0], text)


def _index() -> str:
    parts = ["# Every error, status and state\n"]
    parts.append("What happened, what to do, what is safe. In a terminal, without a network: `laaffic explain -10`.\n")
    for chapter, pages in chapters().items():
        parts.append(f"## {chapter}\n")
        parts.append("".join(f"- [{text.splitlines()[0][2:]}]({topic}.md)\n" for topic, text in pages.items()))
    return "\n".join(parts)


def _write(target: str, text: str) -> None:
    path = STAGE / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
