"""Section `sends`: what one send takes, on one keep-alive connection, for three bodies and several ways."""

from typing import Any

from bench.bodies import BODIES
from bench.effort import Effort, rounded
from bench.loading import bearable
from bench.serving import upstream
from bench.timing import cpu_ratio, in_rounds, middle
from bench.ways import verify, ways

PACKAGES = ("laaffic", "httpx", "httpcore", "h11", "orjson", "attrs", "anyio")


def measure(effort: Effort) -> dict[str, Any]:
    """Measure CPU and wall time of this process, in microseconds for one send."""
    blocks = effort.of(60, 8)
    calls = {"one": 20, "n1000": 8, "i1000": 5}  # short blocks: what disturbs a machine lasts longer than one
    bodies = {}
    with upstream() as server:
        for name, body in BODIES.items():
            effort.tell(f"{body.means}: {blocks} blocks of {calls[name]} sends in each way")
            with ways(body, server) as all_ways:
                for way_name, way in all_ways.items():
                    verify(way_name, body, way.accepted(way.send()))
                sends = {way_name: way.send for way_name, way in all_ways.items()}
                spent = in_rounds(sends, blocks=blocks, calls=calls[name])
            bodies[name] = {
                way: {
                    "cpu_us": rounded(middle(rounds).cpu),
                    "wall_us": rounded(middle(rounds).wall),
                    "cpu_to_httpx": rounded(cpu_ratio(rounds, spent["httpx"])),
                    "cpu_to_httpx_json": rounded(cpu_ratio(rounds, spent["httpx_json"])),
                }
                for way, rounds in spent.items()
            }
        effort.tell("what the upstream can bear")
        bears = bearable(server, effort.of(3.0, 0.5))
    return {"repeat": {"blocks": blocks, "sends_in_a_block": calls}, "bodies": bodies, "upstream": bears}
