"""The judge: a campaign's outcomes are held against the gateway's book."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kills.gateway import Gateway, is_at_fault, msg_id_of
from laaffic_campaigns import Outcome

_BROKEN_OFF = "the program broke it off"


@dataclass
class Figures:
    """What happened. All that is in `breaches` must not happen.

    Attributes:
        kind: of runners.
        seed: by which it was done.
        done: how often each thing was done to them.
        posts: how many requests the gateway had.
        recipients: of all campaigns.
        unknown: how many of them are.
        found: how many of these the provider's records show to be accepted.
        breaches: whom it happened to, for each thing that must never happen.
    """

    kind: str
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    recipients: int = 0
    unknown: int = 0
    found: int = 0
    breaches: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, whom: Iterable[str]) -> None:
        """Note whom something happened to that must not."""
        self.breaches.setdefault(what, []).extend(sorted(whom))

    @property
    def sound(self) -> bool:
        """Whether nothing happened that must not."""
        return not any(self.breaches.values())


def judge(figures: Figures, outcomes: list[Outcome], asked: dict[str, str], book: Gateway, in_flight: set[str]) -> None:
    """Hold one campaign against the book.

    Args:
        figures: where it is noted.
        outcomes: of all of its recipients.
        asked: what each number was to get.
        book: the gateway's.
        in_flight: the wire order ids of who was claimed when somebody was killed.
    """
    told = Counter(outcome.number for outcome in outcomes)
    state = {outcome.number: outcome.state for outcome in outcomes}
    accepted = {number for number in asked if book.accepted[number]}
    unknown = [outcome for outcome in outcomes if outcome.state == "unknown"]
    figures.recipients += len(asked)
    figures.unknown += len(unknown)
    wires = Counter(outcome.wire_order_id for outcome in outcomes if outcome.wire_order_id is not None)
    figures.add("twice", (number for number in accepted if book.accepted[number] > 1))
    figures.add("lost", (number for number in asked if state.get(number) in {None, "to_go", "in_flight", "not_sent"}))
    figures.add("told twice", (number for number, times in told.items() if times > 1 or number not in asked))
    figures.add("accepted, called not", (n for n in accepted if state.get(n) not in {"accepted", "unknown"}))
    figures.add("called accepted, not", (n for n, said in state.items() if said == "accepted" and n not in accepted))
    figures.add("innocent, rejected", (n for n, said in state.items() if said == "rejected" and not is_at_fault(n)))
    figures.add("another text", (number for number in accepted if book.texts[number] != asked[number]))
    figures.add("order id twice", (str(wire) for wire, times in wires.items() if times > 1))
    figures.add(
        "unknown for no reason",
        (
            outcome.number
            for outcome in unknown
            if outcome.number not in book.in_doubt
            and outcome.wire_order_id not in in_flight
            and _BROKEN_OFF not in str(outcome.reason)
        ),
    )


def judge_found(figures: Figures, before: list[Outcome], after: list[Outcome], book: Gateway) -> None:
    """Hold what reconciling made of a campaign against the book.

    Args:
        figures: where it is noted.
        before: the outcomes of all of its recipients.
        after: the same, once the records were read.
        book: the gateway's.
    """
    changed = [
        new for old, new in zip(before, after, strict=True) if (new.state, new.msg_id) != (old.state, old.msg_id)
    ]
    unknown = {outcome.number for outcome in before if outcome.state == "unknown"}
    ids = Counter(outcome.msg_id for outcome in after if outcome.msg_id is not None)
    figures.found += len(changed)
    figures.add("changed, not unknown", (outcome.number for outcome in changed if outcome.number not in unknown))
    figures.add(
        "found, not accepted",
        (one.number for one in changed if one.state != "accepted" or not book.accepted[one.number]),
    )
    figures.add("found, another id", (one.number for one in changed if one.msg_id != msg_id_of(one.number)))
    figures.add("message id twice", (msg_id for msg_id, times in ids.items() if times > 1))
