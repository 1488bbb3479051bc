"""Section `clients`: what another client costs a process that has one already."""

from typing import Any

import httpx

import laaffic
from bench.bodies import APP, BODIES, KEY, SECRET, document
from bench.effort import Effort, rounded
from bench.serving import upstream
from bench.timing import interleaved
from bench.ways import messages, numbers_of, verify
from bench.wire import PATH

PACKAGES = ("laaffic", "httpx", "httpcore", "anyio")


def measure(effort: Effort) -> dict[str, Any]:
    """Measure CPU and wall time in microseconds."""
    blocks, calls = effort.of(9, 3), effort.of(50, 20)
    effort.tell(f"{blocks} blocks of {calls}")
    body = BODIES["one"]
    with upstream() as server, laaffic.Client(KEY, SECRET, APP, base_url=server.url) as first:
        url, content = server.url + PATH, document(body)

        def make() -> None:
            laaffic.Client(KEY, SECRET, APP, base_url=server.url).close()

        def make_and_send() -> laaffic.BatchResult:
            with laaffic.Client(KEY, SECRET, APP, base_url=server.url) as client:
                return client.send_batch(messages(body))

        def make_httpx() -> None:
            httpx.Client(trust_env=False).close()

        def make_httpx_and_send() -> None:
            with httpx.Client(trust_env=False) as client:
                client.post(url, json=content)

        verify("the first client", body, numbers_of(first.send_batch(messages(body)).recipients))
        verify("another client", body, numbers_of(make_and_send().recipients))
        ways = {
            "laaffic": make,
            "laaffic_sent": make_and_send,
            "laaffic_send": lambda: first.send_batch(messages(body)),
            "httpx": make_httpx,
            "httpx_sent": make_httpx_and_send,
        }
        spent = interleaved(ways, blocks=blocks, calls=calls)
    return {
        "repeat": {"blocks": blocks, "clients_in_a_block": calls},
        "ways": {name: {"cpu_us": rounded(took.cpu), "wall_us": rounded(took.wall)} for name, took in spent.items()},
    }
