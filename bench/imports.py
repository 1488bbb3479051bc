"""Section `imports`: how long the import takes in a fresh interpreter, with and without bytecode on disk."""

import subprocess
import sys
import tempfile
from statistics import median
from typing import Any

from bench.effort import Effort, rounded

PACKAGES = ("laaffic", "httpx", "httpcore", "h11", "anyio", "attrs", "orjson")
MODULES = {
    "laaffic": "import laaffic",
    "httpx": "import httpx",
    "first_client": "import laaffic; laaffic.Client('key', 'secret', 'app', base_url='http://127.0.0.1:1')",
}
# Taken inside, around the import: the interpreter's own start is not in it.
PROGRAM = """
import time
wall, cpu = time.perf_counter(), time.process_time()
{statement}
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def measure(effort: Effort) -> dict[str, Any]:
    """Measure wall and CPU time, in milliseconds."""
    warm, cold = effort.of(20, 5), effort.of(5, 1)
    effort.tell(f"{warm} of each with bytecode on disk, {cold} of each without")
    return {
        "repeat": {"warm": warm, "cold": cold},
        "warm": _interleaved(warm, bytecode=True),
        "cold": _interleaved(cold, bytecode=False),
    }


def _interleaved(times: int, *, bytecode: bool) -> dict[str, Any]:
    took: dict[str, list[tuple[float, float]]] = {module: [] for module in MODULES}
    for number in range(times + 1):
        for module in MODULES if number % 2 else reversed(MODULES):
            once = _once(module, bytecode=bytecode)
            if number:  # the first only warms the disk
                took[module].append(once)
    return {
        module: {
            "wall_ms": rounded(median(wall for wall, _ in all_of_it)),
            "cpu_ms": rounded(median(cpu for _, cpu in all_of_it)),
        }
        for module, all_of_it in took.items()
    }


def _once(module: str, *, bytecode: bool) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as empty:
        where = [] if bytecode else ["-X", f"pycache_prefix={empty}"]
        command = [sys.executable, "-I", *where, "-c", PROGRAM.format(statement=MODULES[module])]
        printed = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout
    wall, cpu = printed.split()
    return float(wall) * 1000, float(cpu) * 1000
