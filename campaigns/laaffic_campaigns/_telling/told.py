"""What a campaign tells about itself."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Status:
    """How far a campaign is. Each recipient is counted in exactly one of the counts.

    Attributes:
        name: of the campaign.
        state: `loading`, `ready`, `running`, `paused`, `done` or `cancelled`. One whose process was killed stays
            `running` until it is run again; see `unattended`.
        why: why it is paused, in plain words; None otherwise.
        recipients: how many it has in all.
        to_go: nothing was posted for them yet.
        in_flight: a request with them is in flight, or was when its process ended; the next run makes these `unknown`.
        accepted: the provider took the message.
        rejected: the provider did not take it.
        not_sent: nothing left this machine, and nothing will: invalid, excluded, twice, or cancelled.
        unknown: it may have been sent. They are never posted again, but by a person's command, `resend`.
        since: when it came into its state, in seconds since 1970.
        rate: how many recipients a second are posted to at most; None for no limit.
        per_second: how many recipients a second had an outcome in the last minute; None while nothing runs.
        seconds_left: how long it will take at that speed; None where that is not known.
        waits_until: when its hours let it go on, in seconds since 1970; None when they do not hold it up.
        source: what it was made from, as it was given to `create`.
        held: whether it is paused so that only `resume` lets it go on: by hand, or since the ledger is in doubt.
        not_between: the two times of day between which nothing is posted, such as `("21:00", "09:00")`; None for none.
        zone: whose hours these are; None without them.
        stop_after: at which share of the last recipients it pauses, by state; None for none.
        concurrency: how many requests a process has in flight, where `run` is not told otherwise; None for one.
        delivered: of the accepted, how many the provider says were sent. This and the next two add up to `accepted`.
        failed: of the accepted, how many it says failed.
        not_final: of the accepted, for how many neither was heard yet, by a pushed report or `refresh_reports`.
        sent_twice: of those who were sent to again while they were unknown, how many had their first message accepted
            after all. They are counted above once, by the last message.
        unattended: whether it is known that nobody runs it at this moment, though its state is `running`: its process
            was killed, or its task's turn is over. Run it again, and it goes on. False where that is not known: with
            PostgreSQL, whose campaigns many may run, and on other systems than Linux.
    """

    __module__ = "laaffic_campaigns"

    name: str
    state: str
    why: str | None
    recipients: int
    to_go: int
    in_flight: int
    accepted: int
    rejected: int
    not_sent: int
    unknown: int
    since: float
    rate: float | None = None
    per_second: float | None = None
    seconds_left: float | None = None
    waits_until: float | None = None
    source: str | None = None
    held: bool = False
    not_between: tuple[str, str] | None = None
    zone: str | None = None
    stop_after: dict[str, float] | None = None
    concurrency: int | None = None
    delivered: int = 0
    failed: int = 0
    not_final: int = 0
    sent_twice: int = 0
    unattended: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has."""
        hours = None if self.not_between is None else [*self.not_between]
        return {**asdict(self), "not_between": hours}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a message to somebody who was sent to again.

    Attributes:
        wire_order_id: the order id that was posted.
        state: `rejected` or `unknown`; `accepted` where it turned out to be so after all.
        msg_id: the provider's id, or None.
        status: the provider's status for the request; None when no response has one.
        reason: why, where it is known. It may quote numbers or texts: keep it out of logs.
        posted_at: when its request was posted, in seconds since 1970.
        delivery: as in `Outcome`.
    """

    __module__ = "laaffic_campaigns"

    wire_order_id: str | None
    state: str
    msg_id: str | None
    status: str | None
    reason: str | None
    posted_at: float | None
    delivery: str | None

    def __repr__(self) -> str:
        """Show nothing that may be a number or quote a text."""
        return f"Earlier(state={self.state!r})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient.

    Attributes:
        campaign: the campaign's name.
        index: of the row or message, in what was given to `create`, from 0.
        number: the recipient's number; what was given as one, where the row is invalid; empty once it is erased.
        order_id: the caller's own, or None.
        wire_order_id: the order id that was, or will be, posted; None for one for whom nothing ever is.
        state: `to_go`, `in_flight`, `accepted`, `rejected`, `not_sent` or `unknown`.
        msg_id: the provider's id, or None.
        status: the provider's status for the request, such as `"0"`; None when no response has one.
        reason: why, where it is known. It may quote numbers or texts: keep it out of logs.
        posted_at: when its request was posted, in seconds since 1970; for one whose process was killed, when it was
            about to be; None when it was not.
        delivery: what became of an accepted message: `succeeded`, `failed`, `pending` or `not_found`, as in
            `laaffic.DeliveryState`; None where nothing was heard.
        delivered_at: the time of that report, in seconds since 1970; None where it has none.
        delivery_reason: why it failed, in the network's words, and what contradicts what is known, such as a report
            that says otherwise: of two that are final, the first counts. Keep it out of logs.
        earlier: what is known of the messages before, the first one first, to somebody who was sent to again.
        sent_again_as: the order id of the next message, of one that was sent again; `find` tells those too.
    """

    __module__ = "laaffic_campaigns"

    campaign: str
    index: int
    number: str
    order_id: str | None
    wire_order_id: str | None
    state: str
    msg_id: str | None
    status: str | None
    reason: str | None
    posted_at: float | None
    delivery: str | None = None
    delivered_at: float | None = None
    delivery_reason: str | None = None
    earlier: tuple[Earlier, ...] = ()
    sent_again_as: str | None = None

    def __repr__(self) -> str:
        """Show nothing that may be a number or quote a text."""
        return f"Outcome(campaign={self.campaign!r}, index={self.index}, state={self.state!r})"

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has. The number is there in full: keep it out of logs."""
        return asdict(self)
