"""The scenarios: which processes send, and to which of the server's addresses. The judge has the last word."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import NamedTuple

from chaos.book import PART, Claims
from chaos.interrupts import cancel, fork, interrupt
from chaos.processes import running
from chaos.sending import Plan, send_async, send_sync
from chaos.server import Gateway


class Part(NamedTuple):
    """What one process does in a scenario; see `Plan`."""

    name: str
    target: Callable[[Plan], None]
    rounds: int
    tls: bool = False
    fresh: bool = False
    senders: int = 1


def plans(parts: Iterable[Part], gateway: Gateway, seed: int, folder: Path, seconds: float) -> list[Plan]:
    """Return the plan of each part, with recipients of its own."""
    return [
        Plan(
            url=gateway.tls_url if part.tls else gateway.url,
            ca=gateway.ca,
            log=folder / f"{part.name}.log",
            seed=seed,
            first=place * PART,
            rounds=part.rounds,
            seconds=seconds,
            fresh=part.fresh,
            senders=part.senders,
            watched=part.target is not fork,
        )
        for place, part in enumerate(parts)
    ]


def claimed(parts: list[Part], gateway: Gateway, seed: int, folder: Path, seconds: float) -> Claims:
    """Let all parts send at once, and return what was claimed."""
    claims = Claims()
    with ExitStack() as things:
        given = plans(parts, gateway, seed, folder, seconds)
        begun = [things.enter_context(running(part.target, plan)) for part, plan in zip(parts, given, strict=True)]
        for sender in begun:
            claims.strange += sender.end()
            claims.read(sender.plan.log)
    return claims


def kill(part: Part, plan: Plan, gateway: Gateway, claims: Claims) -> None:
    """Kill a process in the midst of its sends, and note what it had told before."""
    dice = Random(f"kill {plan.seed} {plan.first}")
    place = plan.first // PART
    with running(part.target, plan) as sender:
        if not gateway.book.wait_for(dice.randrange(1, 60), plan.seconds, place):
            claims.strange.append(f"hang: {plan.log.stem}, which was to be killed")
        sender.kill()
    claims.killed.add(place)
    claims.read(plan.log)
    claims.events["kill -9"] += 1


ENDLESS = 1_000_000
SYNC = Part("threads", send_sync, 40, senders=4)
ASYNC = Part("tasks", send_async, 40, senders=4)
SCENARIOS: dict[str, list[Part]] = {
    "threads": [SYNC],
    "threads, TLS": [SYNC._replace(tls=True)],
    "threads, fresh connections": [SYNC._replace(fresh=True)],
    "one thread, TLS": [SYNC._replace(rounds=25, tls=True, senders=1)],
    "tasks": [ASYNC],
    "tasks, TLS": [ASYNC._replace(tls=True)],
    "tasks, fresh connections, TLS": [ASYNC._replace(tls=True, fresh=True)],
    "interrupts": [Part("interrupts", interrupt, 60)],
    "interrupts, TLS": [Part("interrupts", interrupt, 40, tls=True)],
    "cancellations": [Part("cancellations", cancel, 80)],
    "cancellations, TLS": [Part("cancellations", cancel, 50, tls=True)],
    "forks": [Part("forks", fork, 12)],
    "forks, TLS": [Part("forks", fork, 8, tls=True)],
}
KILLED: dict[str, Part] = {
    "kills of threads": SYNC._replace(rounds=ENDLESS),
    "kills of tasks": ASYNC._replace(rounds=ENDLESS),
}


def long(interrupts: int) -> list[Part]:
    """Return the parts of a long run; those without an end go on until there were enough sends."""
    return [
        SYNC._replace(rounds=ENDLESS),
        SYNC._replace(name="threads, TLS", tls=True, rounds=ENDLESS, senders=2),
        ASYNC._replace(rounds=ENDLESS),
        Part("interrupts", interrupt, interrupts * 7 // 10),
        Part("interrupts, TLS", interrupt, interrupts - interrupts * 7 // 10, tls=True),
        Part("cancellations", cancel, interrupts),
        Part("forks", fork, interrupts // 10),
    ]
