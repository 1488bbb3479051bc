"""A PostgreSQL or a Redis of one's own, started from what is installed, on a free port, and stopped at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import redis

NO_PROGRAM = "needs the programs of PostgreSQL (initdb and pg_ctl; on Debian: apt-get install postgresql)"
_LONG = 60.0  # seconds
_SPEED = "-c fsync=on -c max_connections=100 -c shared_buffers=32MB"


class Postgres:
    """A PostgreSQL in a folder of its own, which trusts the user `postgres`.

    Attributes:
        url: its address.
        data: the folder of its cluster.
        log: the file of what it says.
    """

    def __init__(
        self, programs: Path, folder: Path, made_with: Sequence[str] = (), settings: Sequence[str] = ()
    ) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self._programs = programs
        self._folder = folder
        self._port = free_port()
        self._settings = settings
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
        self.run("initdb", "-A", "trust", "-U", "postgres", "-D", str(self.data), *made_with)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as the user that may."""
        command = [str(self._programs / program), *arguments]
        root = os.getuid() == 0  # as which PostgreSQL refuses to run
        done = subprocess.run(
            command,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            user=unprivileged().pw_uid if root else None,
            group=unprivileged().pw_gid if root else None,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace')}")

    def start(self) -> None:
        """Start it, and return when it responds."""
        options = f"-p {self._port} -h 127.0.0.1 -k {self._folder} {' '.join([_SPEED, *self._settings])}"
        self.run("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.log), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is what a crash would do."""
        self.run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop")

    def come_back(self) -> None:
        """Return when it responds again, after whatever has happened to it. It may do so by itself."""
        until = time.monotonic() + _LONG
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
            else:
                return
            with suppress(RuntimeError):  # it is still going down, or coming back
                self.start()
            time.sleep(0.1)


def programs_of_postgres() -> Path | None:
    """Return the folder of the newest programs of PostgreSQL, or None where they are not installed."""
    found = shutil.which("initdb")
    if found is not None and (Path(found).resolve().parent / "pg_ctl").exists():
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((file.parent for file in folders), key=lambda folder: folder.parent.name, default=None)


@contextmanager
def started_postgres(*, made_with: Sequence[str] = (), settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """Make and start a PostgreSQL, and stop and delete it at the end.

    Args:
        made_with: more options of `initdb`.
        settings: more options of the server.

    Raises:
        FileNotFoundError: it is not installed.
    """
    programs = programs_of_postgres()
    if programs is None:
        raise FileNotFoundError(NO_PROGRAM)
    with _own_folder() as folder:
        made = Postgres(programs, folder, made_with, settings)
        made.start()
        try:
            yield made
        finally:
            if (made.data / "postmaster.pid").exists():
                made.stop()


@contextmanager
def started_redis() -> Iterator[str]:
    """Start a Redis, yield its address, and stop it at the end.

    Raises:
        FileNotFoundError: it is not installed.
    """
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with _own_folder() as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with redis.Redis.from_url(url) as client:
                _wait_for(client, running)
            yield url
        finally:
            running.terminate()
            running.wait(_LONG)


def free_port() -> int:
    """Return a port on which nothing listens just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _own_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="laaffic-") as name:
        if os.getuid() == 0:
            os.chown(name, unprivileged().pw_uid, unprivileged().pw_gid)
        yield Path(name)


def _wait_for(client: redis.Redis, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _LONG
    while running.poll() is None and time.monotonic() < until:
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("redis-server does not respond")


def unprivileged() -> pwd.struct_passwd:
    """Return the user as whom a database runs that root has started."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.getpwuid(os.getuid())
