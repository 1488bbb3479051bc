"""What the server accepted, what the clients claimed, and the judge that holds one against the other."""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# On a kept connection on which a response came that nobody asked for, a refusal is claimed only after a short look for
# the response that follows. When the server itself took longer than this to send that, the client could not know: a
# limit that is documented. What had been there for long when the request came was there to be seen before it.
SECOND_LOOK, FOR_LONG = 0.2, 0.5  # seconds
PART = 1_000_000  # how many recipients one process may have; a number has room for a hundred such
NORMAL, REFUSED = "1", "6"  # what kind of number it is: the server refuses any request with one of the second


def number_of(recipient: int, kind: str = NORMAL) -> str:
    """Return the number of a recipient, which nobody else has."""
    return f"999{kind}{recipient:08d}"


def recipient_of(number: str) -> int:
    """Return whose number it is, also of one that is not valid."""
    return int(number[-8:])


class Book:
    """What the server did, and when."""

    def __init__(self) -> None:
        self.accepted: dict[int, list[float]] = defaultdict(list)
        self.faults = Counter[str]()
        self.requests = 0
        self.requests_of = Counter[int]()  # by the process that they came from
        self.late: set[int] = set()  # who got the response too late after one that nobody asked for
        self.story: dict[int, list[str]] = defaultdict(list)  # what was done to each one's requests
        self._seen = Counter[int]()
        self._queries = Counter[int]()
        self._changed = threading.Condition()

    def asked(self, recipient: int) -> int:
        """Note a request, by its first recipient, and return how many there were for it before."""
        with self._changed:
            self.requests += 1
            self.requests_of[recipient // PART] += 1
            self._seen[recipient] += 1
            self._changed.notify_all()
            return self._seen[recipient] - 1

    def queried(self, index: int) -> int:
        """Note that the records were asked for from an index on, and return how often they were before."""
        with self._changed:
            self._queries[index] += 1
            return self._queries[index] - 1

    def met(self, fault: str, recipients: Iterable[int] = ()) -> None:
        """Note what is done to a connection, or to a request."""
        with self._changed:
            self.faults[fault] += 1
            for recipient in recipients:
                self.story[recipient].append(fault)

    def accept(self, recipients: Iterable[int]) -> None:
        """Note whom the server accepted."""
        now = time.time()
        with self._changed:
            for recipient in recipients:
                self.accepted[recipient].append(now)

    def wait_for(self, requests: int, seconds: float, part: int | None = None) -> bool:
        """Wait until there were so many requests, of one process if it is said which; return whether there were."""

        def are_there() -> bool:
            return (self.requests if part is None else self.requests_of[part]) >= requests

        with self._changed:
            return self._changed.wait_for(are_there, seconds)


@dataclass
class Claims:
    """What clients said in their logs, line by line.

    Attributes:
        asked: who was read, or handed to a send.
        told: what was claimed of each: `a`ccepted, `r`ejected, `n`ot_sent, `u`nknown; `w` accepted with a wrong id.
        noted: of whom an exception or the log said that they are in doubt.
        events: interrupts, by kind, and what came of each.
        strange: what must not be, in words.
        cut: where each one's send was interrupted.
        used: what each process used at its end.
        killed: the processes that were killed, so that nobody knows whom they had read.
    """

    asked: set[int] = field(default_factory=set)
    told: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    noted: set[int] = field(default_factory=set)
    events: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    cut: dict[int, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)

    def read(self, log: Path) -> None:
        """Take in a log; its last line may be cut where the process was killed."""
        whole = log.read_text(encoding="utf-8").rpartition("\n")[0] if log.exists() else ""
        for line in whole.splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "asked":
                self.asked.update(map(int, rest.split()))
            elif kind == "noted":
                self.noted.update(map(int, rest.split()))
            elif kind == "event":
                self.events[rest] += 1
            elif re.fullmatch("[arnuw]", kind):
                for recipient in map(int, rest.split()):
                    self.told[recipient] += kind
            elif kind == "cut":
                whom, _, where = rest.partition(" at ")
                self.cut.update(dict.fromkeys(map(int, whom.split()), where))
            elif kind == "used":
                self.used[log.stem] = rest
            else:
                self.strange.append(line)

    def but_for_killed(self, recipients: Iterable[int]) -> list[int]:
        """Return those who belong to no process that was killed."""
        return sorted(recipient for recipient in recipients if recipient // PART not in self.killed)


def counted(claims: Claims) -> dict[str, int]:
    """Count the recipients by what was claimed of them."""
    states = Counter(state for told in claims.told.values() for state in told)
    names = {"a": "accepted", "r": "rejected", "n": "not_sent", "u": "unknown"}
    return {
        "recipients": len(claims.asked),
        **{name: states[letter] for letter, name in names.items()},
        "in doubt, by an interrupt's note": len(claims.noted - claims.told.keys()),
    }


def judged(book: Book, claims: Claims) -> dict[str, list[int]]:
    """Return whom each thing that must never happen happened to."""
    told, accepted = claims.told, book.accepted
    refused = {recipient for recipient, said in told.items() if set(said) & set("rn")}
    late = {recipient for recipient in book.late if told.get(recipient) == "r"}
    return {
        "posted twice": [recipient for recipient, times in accepted.items() if len(times) > 1],
        "lost": claims.but_for_killed(claims.asked - told.keys() - claims.noted),
        "in the book, and nobody asked": claims.but_for_killed(accepted.keys() - claims.asked),
        "told twice": [recipient for recipient, said in told.items() if len(said) > 1],
        "claimed rejected or not_sent, yet in the book": sorted((refused & accepted.keys()) - late),
        "claimed accepted, yet not in the book": [r for r, said in told.items() if "a" in said and r not in accepted],
        "accepted with another's message id": [r for r, said in told.items() if "w" in said],
    }


def wrong(book: Book, claims: Claims) -> list[str]:
    """Say what is wrong, in words, and what the server had done to whom; nothing when all is well."""

    def story(of: int) -> str:
        return f"{' | '.join(book.story[of])} {claims.cut.get(of, '')}"

    found = [
        f"{name}: {len(whom)}, such as {recipient}: {story(recipient)}"
        for name, whom in judged(book, claims).items()
        for recipient in whom[:5]
    ]
    return [*found, *claims.strange[:10]]
