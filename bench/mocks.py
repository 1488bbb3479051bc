"""How soon the two mocks are ready, and how many requests they respond to in a second."""

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.sending.bodies import BODIES, PATH, document, signed_headers
from bench.started.processes import Child
from laaffic_mock import Gateway, Prism, PrismError, environment_for

SAMPLE = environment_for("")
CONNECTIONS = 4


def measure_mocks(seconds: float) -> dict[str, Any]:
    """Measure the stateful gateway and Prism, each under load for so many seconds."""
    found: dict[str, Any] = {"stateful gateway": _measure(Gateway, seconds)}
    try:
        found["Prism"] = _measure(Prism, seconds)
    except PrismError as error:
        print(f"  Prism is left out: {error}", file=sys.stderr)
    return found


def _measure(mock: type[Gateway | Prism], seconds: float) -> dict[str, int]:
    began = time.perf_counter()
    with mock() as running:
        _post(http.client.HTTPConnection(urlsplit(running.url).netloc))
        ready = time.perf_counter() - began
        with Child(Path(sys.executable), "bench.mocks", running.url, str(seconds)) as load:
            return {"ready after ms": round(ready * 1000), "requests a second": round(load.ask()["rate"])}


def _post(connection: http.client.HTTPConnection) -> None:
    content = json.dumps(document(BODIES["one"], SAMPLE["LAAFFIC_APP_ID"]))
    connection.request("POST", PATH, content, signed_headers(SAMPLE["LAAFFIC_API_KEY"], SAMPLE["LAAFFIC_API_SECRET"]))
    response = json.loads(connection.getresponse().read())
    if response["status"] != "0":
        raise SystemExit(f"bench: the mock responds {response}")


def main(url: str, seconds: str) -> None:
    """Load a mock over several connections, and print how many requests it responds to in a second."""
    until = time.monotonic() + float(seconds)
    done = [0] * CONNECTIONS

    def post(index: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        while time.monotonic() < until:
            _post(connection)
            done[index] += 1

    threads = [threading.Thread(target=post, args=(index,), daemon=True) for index in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"rate": sum(done) / float(seconds)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
