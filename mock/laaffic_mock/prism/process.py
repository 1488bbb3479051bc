"""Start, watch and stop one Prism."""

import atexit
import contextlib
import os
import re
import subprocess
import threading
import weakref
from collections import deque
from pathlib import Path
from typing import IO, Self, TextIO

import httpx2

from laaffic_mock._addresses import local_url
from laaffic_mock._contract_file import find_contract
from laaffic_mock._printable import printable
from laaffic_mock._tokens import token_of
from laaffic_mock.prism.errors import PrismError
from laaffic_mock.prism.install import environment, find_node, find_prism

BESIDE = Path(__file__).parent
# In this order, in which the last one sees a request first.
PRELOADED = [
    BESIDE / f"{name}.cjs" for name in ("exit_with_parent", "tell_refused", "inspect_upstream", "forward_host")
]
LISTENING = re.compile(r"Prism is listening on http://\S+:(\d+)")
HELP = re.compile(r"^prism mock <document>\n.*?--seed[^\n]*\n*", re.DOTALL | re.MULTILINE)
SECONDS_TO_EXIT = 5.0

_running: "weakref.WeakSet[Prism]" = weakref.WeakSet()


class Prism:
    """A Prism server that serves the contract, from `with` or `start()` until `stop()`.

    It responds from the contract's examples. With `upstream`, the address of another server, it is a proxy before that
    one, and checks every request and every response against the contract as they pass. What the contract does not know,
    the gateway's page at `/` and its paths below `/_mock`, it hands to that one as it comes. What it refuses itself, it
    tells a `Gateway` of this process whose `url` the `upstream` is, so that it is among the gateway's requests.

    `spec` is the path of an OpenAPI file; left out, it is the `openapi.yaml` that the package `laaffic` ships.
    `host` is where it listens, by default on loopback only; `port` 0 lets the system choose a free one. `timeout` is
    how many seconds it may take to start.

    When the environment variable LAAFFIC_PRISM_URL is set, nothing is started or stopped: `url` is that address, and
    the arguments have no effect. A proxy is started all the same.

    Prism ends with the process that started it, also when that process is killed.
    """

    __module__ = "laaffic_mock"

    def __init__(
        self,
        spec: str | os.PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        timeout: float = 30.0,
        upstream: str | None = None,
    ) -> None:
        self._spec = spec
        self._host = host
        self._port = port
        self._timeout = timeout
        self._upstream = upstream
        self._url: str | None = None
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread()
        self._ready = threading.Event()
        self._lines: deque[str] = deque(maxlen=200)
        self._relay: TextIO | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at the end; raises PrismError when Prism is not running."""
        if self._url is None:
            raise PrismError(self._with_log("Prism is not running: use `with Prism() as prism` or call start()"))
        return self._url

    @property
    def log(self) -> str:
        """The last 200 lines that Prism printed, also after it has stopped."""
        return "\n".join(self._lines.copy())

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._url is not None

    def start(self) -> Self:
        """Start Prism and wait until it listens; does nothing when it runs already.

        Raises PrismError when Node.js or Prism is missing, when Prism ends or does not listen in time (with its log),
        or when nothing responds at LAAFFIC_PRISM_URL.
        """
        if self._url is not None:
            return self
        given = os.environ.get("LAAFFIC_PRISM_URL")
        if given and self._upstream is None:
            self._url = _responding(given)
            return self
        self.stop()  # one that has ended by itself
        self._lines.clear()
        self._ready.clear()
        command = [find_node(), *(word for file in PRELOADED for word in ("--require", str(file)))]
        command += [str(find_prism() / "dist" / "index.js"), "mock" if self._upstream is None else "proxy", "--errors"]
        command += ["-h", self._host, "-p", str(self._port), self._contract()]
        if self._upstream is not None:
            command += [self._upstream, "--cors=false"]  # else it tells every web page that it may ask with any header
        upstream = self._upstream or ""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**environment(), "MOCK_UPSTREAM": upstream, "MOCK_TOKEN": token_of(upstream)},
            # A terminal sends Ctrl-C to its whole process group. It is for Python, which then stops Prism.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        atexit.register(self.stop)
        _running.add(self)
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout], daemon=True)
        self._reader.start()
        try:
            self._await_listening(self._process)
        except BaseException:  # Ctrl-C too: `with` does not stop what has not finished starting
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the Prism that was started here, and wait until it is gone; harmless when there is none."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()  # which ends it, see exit_with_parent.cjs
            try:
                self._process.wait(SECONDS_TO_EXIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._reader.is_alive():
                self._reader.join(SECONDS_TO_EXIT)
            atexit.unregister(self.stop)
            self._process = None
        self._url = None

    def relay(self, stream: TextIO) -> None:
        """Copy to `stream` what Prism prints from now on; raises PrismError with its log when Prism ends by itself.

        Returns at once when LAAFFIC_PRISM_URL is set.
        """
        if self._process is None:
            return
        self._relay = stream
        while self._reader.is_alive():
            self._reader.join(0.5)  # on Windows a wait without an end does not let Ctrl-C in
        raise PrismError(self._with_log("Prism ended by itself"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _contract(self) -> str:
        try:
            return str(Path(self._spec or find_contract()).resolve())
        except FileNotFoundError as error:
            raise PrismError(f"{error}, or give the path of a contract") from None

    def _let_go(self) -> None:
        """In a forked child: let go of the pipe, which would keep Prism alive after the parent's end."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _await_listening(self, process: subprocess.Popen[str]) -> None:
        if not self._ready.wait(self._timeout):
            raise PrismError(self._with_log(f"Prism did not listen within {self._timeout:g} seconds"))
        if self._url is not None:
            return
        if "EADDRINUSE" in self.log:
            remedy = "stop the program that uses it, or choose another (port 0 is a free one)"
            raise PrismError(f"port {self._port} on {self._host} is in use: {remedy}")
        raise PrismError(self._with_log(f"Prism ended with exit status {process.wait()} instead of starting"))

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                shown = printable(line.rstrip())  # it may quote what was asked
                self._lines.append(shown)
                # It comes again, and with port 0 from another port, when the contract changes on disk.
                if listening := LISTENING.search(line):
                    self._url = local_url(self._host, int(listening[1]))
                    self._ready.set()
                # Who reads the relay may go away; Prism's pipe must be emptied all the same.
                with contextlib.suppress(OSError, ValueError):
                    if self._relay is not None:
                        print(shown, file=self._relay, flush=True)
        self._url = None
        self._ready.set()

    def _with_log(self, text: str) -> str:
        log = HELP.sub("", self.log + "\n").strip()  # Prism prints its help before what went wrong
        return f"{text}. Its log:\n{log}" if log else text


def _let_go_in_child() -> None:
    for prism in list(_running):
        prism._let_go()  # noqa: SLF001  # its own module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


def _responding(url: str) -> str:
    try:
        httpx2.get(url, timeout=10, trust_env=False)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        remedy = "start a Prism there, or unset the variable"
        raise PrismError(f"nothing answers at LAAFFIC_PRISM_URL={url} ({error}): {remedy}") from error
    return url.rstrip("/")
