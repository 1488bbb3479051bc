"""Runs in a peer's own virtual environment, and sends when it is told to: `worker.py NAME STUB_URL`.

A line in asks, a line of JSON out answers: `check` sends once in both ways and tells how many receivers the SDK says
were accepted; `one N` and `thousand N` send N times and tell the seconds of CPU. It ends when its input does.
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
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an SDK prints must not stand among the answers
    _stay_on_this_machine()
    sender: Sender | None = None
    for line in sys.stdin:
        try:
            sender = sender or import_module(f"bench.peers.sdk_{name}").PEER.connect(url)
            answer = _done(sender, *line.split())
        except Exception as error:  # noqa: BLE001  # whatever an SDK raises is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def _done(sender: Sender, what: str, times: str = "1") -> dict[str, Any]:
    if what == "check":
        return {
            "one": sender.accepted(sender.send_one()),
            "thousand": sum(map(sender.accepted, sender.send_thousand())),
        }
    return {"cpu": _block(sender.send_one if what == "one" else sender.send_thousand, int(times))}


def _block(send: Callable[[], object], times: int) -> float:
    gc.collect()  # what the last block left lying about must not be cleared away at the expense of this one
    began = time.process_time()
    for _ in range(times):
        send()
    return time.process_time() - began


def _stay_on_this_machine() -> None:
    """Let no SDK reach its vendor, should it ever not be pointed at the stub."""
    look_up = socket.getaddrinfo

    def loopback_only(host: Any, *args: Any, **options: Any) -> Any:
        if host not in {"127.0.0.1", b"127.0.0.1"}:
            raise OSError(f"{host} is not the stub")
        return look_up(host, *args, **options)

    socket.getaddrinfo = loopback_only


if __name__ == "__main__":
    main(*sys.argv[1:])
