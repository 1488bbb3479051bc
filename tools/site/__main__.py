"""Build the site of the documentation into site/, offline: `python tools/site`, or `make docs`.

Links that lead nowhere, and whatever would be loaded from outside, fail the build.
"""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

from check import problems
from gather import PACKAGES, ROOT, STAGE, described, gather

SITE = ROOT / "site"
LINKS_TO_MARKDOWN = {
    "</head>": '<link rel="alternate" type="text/markdown" href="{}">',
    "</article>": '<p><a href="{}">This page as Markdown</a></p>',
}


def main() -> int:
    gather()
    shutil.rmtree(SITE, ignore_errors=True)
    # Its cache knows nothing of the code that the API's pages show.
    built = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict", "--clean"], cwd=ROOT, check=False)
    if built.returncode:
        return built.returncode
    add_markdown()
    wrong = list(problems(SITE))
    print(*wrong, sep="\n", file=sys.stderr) if wrong else print(f"built {SITE.relative_to(ROOT)}/index.html")
    return 1 if wrong else 0


def add_markdown() -> None:
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
    project: dict[str, Any] = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"# {project['site_name']}", "", f"> {project['site_description']}", "", *listed(project["nav"])]
    (SITE / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def listed(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the navigation as lines of Markdown."""
    for entry in entries:
        for title, below in entry.items():
            if isinstance(below, str):
                yield f"- [{title}]({below})"
            else:
                yield from ("", f"## {title}", "", *listed(below))


if __name__ == "__main__":
    sys.exit(main())
