"""Build the site of the documentation into site/, offline: `python tools/site`, or `make docs`.

Links that lead nowhere, and whatever would be loaded from outside, fail the build. Where pyproject.toml has the
project's URL `Documentation`, the site is made for that address, to which the texts of errors lead, too.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from check import problems
from gather import PACKAGES, ROOT, STAGE, described, gather

from laaffic._model.explained import published

SITE = ROOT / "site"
SETTINGS = ROOT / "zensical.toml"
LINKS_TO_MARKDOWN = {
    "</head>": '<link rel="alternate" type="text/markdown" href="{}">',
    "</article>": '<p><a href="{}">This page as Markdown</a></p>',
}


def main() -> int:
    try:
        home = address()
    except ValueError as error:
        print(f"pyproject.toml: {error}", file=sys.stderr)
        return 2
    gather()
    shutil.rmtree(SITE, ignore_errors=True)
    # Its paths are taken from the folder of its settings.
    with NamedTemporaryFile("w", dir=ROOT, prefix=".zensical-", suffix=".toml", encoding="utf-8") as settings:
        settings.write(made_for(home))
        settings.flush()
        # Its cache knows nothing of the code that the API's pages show.
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", settings.name]
        built = subprocess.run(command, cwd=ROOT, check=False)
    if built.returncode:
        return built.returncode
    add_markdown(home)
    wrong = list(problems(SITE, urlsplit(home).path if home else "/"))
    built_it = f"built {SITE.relative_to(ROOT)}/index.html; `make docs-serve` shows it, with its search"
    print(*wrong, sep="\n", file=sys.stderr) if wrong else print(built_it)
    return 1 if wrong else 0


def address() -> str | None:
    """Return where the site is published, or None.

    Raises:
        ValueError: pyproject.toml has an address that is none.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return published(project.get("urls", {}).items())


def made_for(home: str | None) -> str:
    """Return the settings of the site at an address."""
    text = SETTINGS.read_text(encoding="utf-8")
    return text if home is None else text.replace("[project]\n", f"[project]\nsite_url = {json.dumps(home)}\n", 1)


def add_markdown(home: str | None) -> None:
    """Add each page as Markdown beside it, which it links to, and llms.txt, a list for programs that read texts."""
    for path in STAGE.rglob("*.md"):
        copy = SITE / path.relative_to(STAGE)
        shutil.copyfile(path, copy)
        page = copy.with_suffix(".html")
        html = page.read_text(encoding="utf-8")
        for before, link in LINKS_TO_MARKDOWN.items():
            if before not in html:
                raise ValueError(f"{page} has no {before}, before which a link to its Markdown would stand")
            html = html.replace(before, link.format(copy.name) + before, 1)
        page.write_text(html, encoding="utf-8")
    for package in PACKAGES:
        (SITE / "api" / f"{package}.md").write_text(described(package), encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["project"]
    about = [f"# {project['site_name']}", "", f"> {project['site_description']}", ""]
    lines = [*about, *listed(project["nav"], home or "")]
    (SITE / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def listed(entries: list[dict[str, Any]], home: str) -> Iterator[str]:
    """Yield the navigation as lines of Markdown, with links below the site's address if it has one."""
    for entry in entries:
        for title, below in entry.items():
            if isinstance(below, str):
                yield f"- [{title}]({home}{below})"
            else:
                yield from ("", f"## {title}", "", *listed(below, home))


if __name__ == "__main__":
    sys.exit(main())
