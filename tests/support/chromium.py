"""The browser that tests use: the one that `LAAFFIC_CHROMIUM` names, or Debian's Chromium on PATH."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NO_CHROMIUM = "needs Chromium: LAAFFIC_CHROMIUM, or one on PATH (on Debian: apt-get install chromium)"


def chromium() -> str | None:
    """Return the program, or None where there is none.

    Raises:
        FileNotFoundError: the one that is named does not exist.
    """
    named = os.environ.get("LAAFFIC_CHROMIUM")
    if named and shutil.which(named) is None:
        raise FileNotFoundError(f"LAAFFIC_CHROMIUM names {named}, which is no program")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def started_chromium(program: str) -> Iterator[Browser]:
    """Start a browser without a window, and end it. Meanwhile no other event loop can run in this thread."""
    root = getattr(os, "geteuid", int)() == 0  # as which Chromium refuses to run in its sandbox
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and root else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
