"""What follows from a request: who waits for a message looks again, and what has finished is pushed."""

import asyncio
from contextlib import suppress
from functools import partial

from laaffic_mock.gateway.delivery.life import Fate, State
from laaffic_mock.gateway.delivery.pushing import Pusher, Target
from laaffic_mock.gateway.delivery.reports import Told
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.message import AcceptedMessage
from laaffic_mock.gateway.desk.parts import count_segments
from laaffic_mock.gateway.faults.magic import fate_of
from laaffic_mock.gateway.watching.events import Events, Kind


class Aftermath:
    """Looks after messages once a request is done; all of it in the server's own thread.

    Args:
        account: the account.
        pusher: pushes reports.
        events: is told what has happened.

    Attributes:
        pusher: the same.
        closing: whether the server stops.
        before_end: is called when it does.
    """

    def __init__(self, account: Account, pusher: Pusher, events: Events) -> None:
        self.pusher = pusher
        self._events = events
        account.on_changed = partial(events.add, Kind.STATE)
        pusher.on_pushed = partial(events.add, Kind.PUSH)
        self._account = account
        self._timer: asyncio.TimerHandle | None = None
        self._seen = account.book.last
        self._arrived = asyncio.Event()
        self.closing = False
        self.before_end = _nothing
        self._collect()

    def look(self) -> None:
        """Wake who waits if a message was accepted, push what has finished, and look again when the next one has."""
        seen, self._seen = self._seen, self._account.book.last
        if seen != self._seen:
            self._events.add(Kind.MESSAGE, range(seen + 1, self._seen + 1))
            self._wake()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.pusher.aimed and not self._events.readers:
            return
        self._account.settle()
        for message in self._account.take_ended():
            self.pusher.push(self._told(message), times=2 if fate_of(message.number) is Fate.TWICE else 1)
        seconds = self._account.book.deliveries.seconds_until_next()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.look)

    def aim(self, target: Target | None) -> None:
        """Push what finishes from now on to a URL, or nowhere."""
        self._account.settle()  # what has finished before is not told
        self.pusher.aim(target)
        self._collect()

    def push_again(self, message: AcceptedMessage) -> None:
        """Push the report of a message that has finished once more."""
        self.pusher.push(self._told(message))

    def clear(self) -> None:
        """Forget what was to be pushed, and where to."""
        self.pusher.clear()
        self._collect()

    async def arrival(self, seconds: float) -> None:
        """Wait until another message is accepted, or this is closing, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), seconds)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.closing = True
        self._wake()
        self.before_end()
        if self._timer is not None:
            self._timer.cancel()

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()

    def _collect(self) -> None:
        self._account.collect(wanted=self.pusher.aimed)

    def _told(self, message: AcceptedMessage) -> Told:
        received_at = message.received_at or message.accepted_at
        return Told(
            app_id=self._account.settings.app_id,
            msg_id=message.msg_id,
            number=message.number,
            order_id=message.order_id,
            failed=message.state is State.FAILED,
            reason=message.reason,
            received_at=received_at.timestamp(),
            segments=count_segments(message.content),
        )


def _nothing() -> None:
    """Do nothing."""
