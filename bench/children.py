"""Processes of our own that end when this one does, in whatever way it ends."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import IO

SECONDS_TO_END = 5.0


@contextlib.contextmanager
def child(python: str, module: str, *arguments: str) -> Iterator[IO[str]]:
    """Run a module of this package, which calls `end_with_parent`; gives what it prints."""
    command = [python, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # it is a pipe
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            assert process.stdin is not None  # noqa: S101  # it is a pipe
            process.stdin.close()  # which ends it
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()


def end_with_parent() -> None:
    """End this process when its standard input does. Ctrl-C, which a terminal sends to all, is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_at_the_end_of_input, daemon=True).start()


def _end_at_the_end_of_input() -> None:
    while os.read(0, 4096):  # not through sys.stdin, whose lock would be held when this process ends by itself
        pass
    os._exit(0)
