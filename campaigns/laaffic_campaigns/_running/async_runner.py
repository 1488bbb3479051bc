"""Running a campaign with a client that does not block: each request in flight has a task."""

import time
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

import laaffic
from laaffic_campaigns._errors import LedgerUnavailableError
from laaffic_campaigns._protocol.pacing.settings import MAX_CONCURRENCY
from laaffic_campaigns._running.desk import GLANCE, Desk, Slot
from laaffic_campaigns._running.posting import Post, Posted, lost, posted, unposted

P = ParamSpec("P")
T = TypeVar("T")


class AsyncRunner:
    """Posts what is ready in a campaign, on asyncio or trio. The ledger is written in threads.

    Args:
        desk: gives out what is to be posted.
        client: what posts.

    Raises:
        laaffic.ConfigurationError: an argument is not valid.
    """

    def __init__(self, desk: Desk, client: laaffic.AsyncClient) -> None:
        if not isinstance(client, laaffic.AsyncClient):
            raise laaffic.ConfigurationError(f"client must be a laaffic.AsyncClient, got {type(client).__name__}")
        self._desk = desk
        self._client = client
        self._working: set[int] = set()
        self._changed = anyio.Event()
        self._failure: Exception | None = None
        self._failed = anyio.Event()
        # Threads of its own: while the database fails they wait, and nobody else is to wait for them.
        self._threads = anyio.CapacityLimiter(MAX_CONCURRENCY + 1)

    async def run(self) -> None:
        """Return when the campaign is done, cancelled or paused. A cancellation leaves what is in flight unknown.

        Raises:
            LedgerBusyError: somebody else runs this ledger.
            LedgerUnavailableError: the database failed.
        """
        with self._desk.opened():
            if not await self._in_thread(self._desk.begin, by_hand=True):
                return
            try:
                while self._failure is None:
                    await self._work_together()
                    if await self._in_thread(self._desk.finished):
                        break
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await self._pause("interrupted; run it again, and it goes on")
                raise
        if isinstance(self._failure, laaffic.LaafficError):
            self._failure.sent = laaffic.Sent("unknown")  # earlier requests were posted, or may have been
        if self._failure is not None:
            if not isinstance(self._failure, LedgerUnavailableError):
                await self._pause(f"it broke off ({type(self._failure).__name__}); run it again, and it goes on")
            raise self._failure

    async def _pause(self, why: str) -> None:
        await self._in_thread(self._desk.pause, why)

    async def _work_together(self) -> None:
        """Keep as many tasks as are wanted, until there is nothing more to do for any."""
        self._desk.over = False
        async with anyio.create_task_group() as group:
            while True:
                try:
                    await self._in_thread(self._desk.look)
                except Exception as error:  # noqa: BLE001  # raised by run(), and not as one of a group
                    self._fail(error)
                    return
                for index in range(self._desk.wanted):
                    if index not in self._working and not self._desk.over:
                        self._working.add(index)
                        group.start_soon(self._work, index)
                if not self._working:
                    return
                with anyio.move_on_after(GLANCE):
                    await self._changed.wait()
                self._changed = anyio.Event()

    async def _work(self, index: int) -> None:
        slot, done = Slot(index), None
        try:
            while True:
                # Even when this task is cancelled: nobody else knows the outcome, nor that something is claimed.
                with anyio.CancelScope(shield=True):
                    step = await self._in_thread(self._desk.next, slot, done)
                done = None
                if step is None:
                    return
                if isinstance(step, Post):
                    done = await self._post(step)
                else:
                    with anyio.move_on_after(step):
                        await self._failed.wait()
        except Exception as error:  # noqa: BLE001  # raised by run(), which waits for this task
            self._fail(error)
        finally:
            self._working.discard(index)
            self._changed.set()

    async def _post(self, post: Post) -> Posted:
        posted_at = time.time()
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
        except BaseException:
            await self._settle(unposted(post.claimed))
            raise
        try:
            result = await self._client.send_batch(post.messages, fresh_connection=True)
        except laaffic.LaafficError as error:
            return posted(post.claimed, error.result, error, posted_at)
        except BaseException:
            await self._settle(lost(post.claimed, posted_at))
            raise
        return posted(post.claimed, result, None, posted_at)

    def _fail(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._desk.stop()
        self._failed.set()

    async def _settle(self, done: Posted) -> None:
        self._desk.stop()
        with anyio.CancelScope(shield=True):
            await self._in_thread(self._desk.settle, done)

    async def _in_thread(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await anyio.to_thread.run_sync(partial(call, *arguments, **named), limiter=self._threads)
