"""Runs in a peer's own virtual environment and sends when it is asked to: `python -m bench.peers.worker NAME URL`.

A line in asks, a line of JSON out is the response: `check` sends once in both ways and returns how many recipients the
SDK reports as accepted; `one N` and `thousand N` send N times and return the seconds of CPU. It ends when its input
does.
"""

import gc
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from bench.peers.peer import Sender


def main(name: str, url: str) -> None:
    """Respond until the input ends."""
    responses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an SDK prints must not come between the responses
    _stay_on_this_machine()
    sender: Sender | None = None
    for line in sys.stdin:
        try:
            sender = sender or import_module(f"bench.peers.sdks.{name}").PEER.connect(url)
            response = _done(sender, *line.split())
        except Exception as error:  # noqa: BLE001  # whatever an SDK raises is the response
            response = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(response), file=responses, flush=True)


def _done(sender: Sender, what: str, times: str = "1") -> dict[str, Any]:
    if what == "check":
        return {
            "one": sender.accepted(sender.send_one()),
            "thousand": sum(map(sender.accepted, sender.send_thousand())),
        }
    return {"cpu": _block(sender.send_one if what == "one" else sender.send_thousand, int(times))}


def _block(send: Callable[[], object], times: int) -> float:
    gc.collect()  # what the last block left behind must not be collected at the expense of this one
    began = time.process_time()
    for _ in range(times):
        send()
    return time.process_time() - began


def _stay_on_this_machine() -> None:
    """Let no SDK reach its vendor, should it ever not be pointed at the server here."""
    look_up = socket.getaddrinfo

    def loopback_only(host: Any, *args: Any, **options: Any) -> Any:
        if host not in {"127.0.0.1", b"127.0.0.1"}:
            raise OSError(f"{host} is not the server of this benchmark")
        return look_up(host, *args, **options)

    socket.getaddrinfo = loopback_only


if __name__ == "__main__":
    main(*sys.argv[1:])
