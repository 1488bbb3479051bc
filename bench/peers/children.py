"""The programs that are started here, and how they are talked to: a line in asks, a line of JSON out answers."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.peers.environments import python_of

_ROOT = Path(__file__).parents[2]
_PATIENCE = 300  # seconds; far more than any block takes


class PeerError(Exception):
    """A peer cannot be measured; the text names it and says why."""


class Child:
    """One program, which ends with the `with` block, or, since its input ends then, with this process."""

    def __init__(self, python: Path, module: str, *arguments: str) -> None:
        self._name = arguments[0] if arguments else module
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", f"bench.peers.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=_ROOT,
            env=bare_environment(python),
            start_new_session=True,  # Ctrl-C is for this process, which then ends the others
        )

    def ask(self, question: str = "") -> dict[str, Any]:
        """Ask, or with nothing to ask wait for what comes by itself.

        Raises:
            PeerError: the program could not do it, has ended, or says nothing for five minutes.
        """
        assert self._process.stdin is not None  # noqa: S101  # both are pipes
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        timer = threading.Timer(_PATIENCE, self._process.kill)
        timer.start()
        try:
            if question:
                print(question, file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        if "error" in answer:
            raise PeerError(f"{self._name}: {answer['error']}")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # there is nothing in it that anybody needs any more
        self._process.communicate()


def stub() -> Child:
    """Start the server that all send to."""
    return Child(Path(sys.executable), "stub")


def worker(name: str, url: str) -> Child:
    """Start a peer in its own virtual environment."""
    return Child(python_of(name), "worker", name, url)


def bare_environment(python: Path) -> dict[str, str]:
    """Return an environment without the user's proxies and .netrc, which would take part in the sends.

    It is as small as can be. SDKs on `requests` look all of it through for proxies, twice in every send, so this is the
    best for them: in a program with 30 variables a send costs them about a tenth more than here.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(python.parent), "LC_ALL": "C.UTF-8"}
