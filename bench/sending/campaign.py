"""`send_many` over very many recipients: what it takes of memory and CPU."""

import asyncio
import contextlib
import resource
from collections.abc import Iterable
from pathlib import Path

import laaffic
from bench.sending.bodies import APP, KEY, RECIPIENTS, SECRET, row
from bench.sending.sends import WrongResponseError, cpu_of

_KIB = 1024
_STATUS = Path("/proc/self/status")


def peak_bytes(way: str, url: str, recipients: int) -> float:
    """Return how far the peak of memory in sending lies above what there was before."""
    _send(way, url, 1)  # what is imported and made once is not the campaign's
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    before = kib("VmRSS")
    _send(way, url, recipients)
    return float(max(kib("VmHWM") - before, 1) * _KIB)


def block(way: str, url: str, recipients: int) -> float:
    """Return the seconds of CPU that sending takes."""
    return cpu_of(lambda: _send(way, url, recipients))


def _send(way: str, url: str, recipients: int) -> None:
    """Send to so many recipients, each row made when it is read.

    Every request has the same body, so that the server has little to do.
    """
    rows = (row(index % RECIPIENTS) for index in range(recipients))
    if way.startswith("async"):
        accepted = asyncio.run(_send_async(url, laaffic.Rows(rows)))
    else:
        each = (laaffic.Message(number, content, order_ids=order_id) for number, content, order_id in rows)
        with laaffic.Client(KEY, SECRET, APP, base_url=url) as client:
            results = client.send_many(laaffic.Rows(rows) if way == "Rows" else each)
            accepted = sum(len(result.accepted) for result in results)
    if accepted != recipients:
        raise WrongResponseError(f"send_many reports {accepted:,} of {recipients:,} recipients as accepted")


async def _send_async(url: str, rows: Iterable[laaffic.Message]) -> int:
    async with laaffic.AsyncClient(KEY, SECRET, APP, base_url=url) as client:
        return sum([len(result.accepted) async for result in client.send_many(rows, concurrency=16)])


def kib(what: str) -> int:
    """Return the memory of this process: now, `VmRSS`, or its peak, `VmHWM`; without /proc the peak in both cases."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))
