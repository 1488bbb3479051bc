"""Programs that are started here and end with this one: a line in asks, a line of JSON out is the response."""

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
MAX_SECONDS = 300  # far more than any block takes


class ChildError(Exception):
    """A program failed; the text names it and says why."""


class Child:
    """One program, which ends with the `with` block or, because its input ends then, with this process."""

    def __init__(self, python: Path, module: str, *arguments: str) -> None:
        self._name = " ".join([module, *arguments])
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=bare_environment(python),
            start_new_session=True,  # Ctrl-C is for this process, which then ends the others
        )

    def ask(self, question: str = "") -> dict[str, Any]:
        """Ask and return the response, or, without a question, wait for the next line.

        Raises:
            ChildError: the program could not do it, has ended, or is silent for five minutes.
        """
        assert self._process.stdout is not None  # it is a pipe
        timer = threading.Timer(MAX_SECONDS, self._process.kill)
        timer.start()
        try:
            if question:
                self.tell(question)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        response: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        if "error" in response:
            raise ChildError(f"{self._name}: {response['error']}")
        return response

    def tell(self, line: str) -> None:
        """Write a line to it, and wait for nothing."""
        assert self._process.stdin is not None  # it is a pipe
        print(line, file=self._process.stdin, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # nothing in it is needed any more
        self._process.communicate()


def import_cpu(python: Path, statement: str) -> float:
    """Return the seconds of CPU that a statement takes in a fresh interpreter, whose own start is not in it.

    Raises:
        ChildError: the statement failed.
    """
    program = f"import time\nbegan = time.process_time()\n{statement}\nprint(time.process_time() - began)"
    command = [str(python), "-I", "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=bare_environment(python))
    if done.returncode:
        raise ChildError(f"{statement} failed:\n{done.stderr}")
    return float(done.stdout)


def bare_environment(python: Path) -> dict[str, str]:
    """Return an environment without the user's proxies and .netrc, which would take part in the sends.

    It is as small as can be. SDKs on `requests` search all of it for proxies, twice in every send, so this is the best
    case for them: in a program with 30 variables a send costs them about a tenth more than here.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(python.parent), "LC_ALL": "C.UTF-8"}
