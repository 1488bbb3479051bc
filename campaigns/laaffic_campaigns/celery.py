"""Campaigns on many machines, woken by Celery.

Import this module where your Celery app's tasks are found, and its tasks join the app. Workers of the queue `laaffic`
post what the ledger gives out. A message of the engine names a campaign, a slot and a ticket; no recipient, no text and
no password is in it.

Settings of the app, all optional:

    laaffic_ledger: the ledger's address; by default the environment variable LAAFFIC_LEDGER of each process.
    laaffic_queue: the queue; by default `laaffic`.
    laaffic_seconds: how long a slice is; by default 20. Give all processes the same.
"""

import logging
import mmap
import os
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import laaffic
from laaffic_campaigns._errors import LedgerError, LedgerUnavailableError, NoSuchCampaignError
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._ledger import Ledger
from laaffic_campaigns._protocol.pacing import slots
from laaffic_campaigns._protocol.pacing.slots import Ticket
from laaffic_campaigns._protocol.states import ENDED, CampaignState
from laaffic_campaigns._pump import LONGEST, SLICE
from laaffic_campaigns._pump import pump as post_a_slice
from laaffic_campaigns._telling.told import Status

try:
    from celery import Celery, current_app, shared_task, signals
    from celery.exceptions import Reject
except ModuleNotFoundError as _missing:
    raise ModuleNotFoundError(
        "laaffic_campaigns.celery needs Celery: install laaffic with its extra `celery`", name=_missing.name
    ) from None

if TYPE_CHECKING:
    from celery.app.task import Task

__all__ = ["pump", "start", "tend"]

_logger = logging.getLogger("laaffic.campaigns")

_PUMP = "laaffic.pump"
_QUEUE = "laaffic"
_BREATH = 5.0  # seconds before a message goes back to the engine, because the database is away
# A slice ends by itself. These are above everything that it may wait for, and keep an app's shorter limits from
# killing it in mid-request.
_SOFT_LIMIT, _LIMIT = 1500, 1700


class _Settings(NamedTuple):
    ledger: str | None
    queue: str
    seconds: float


class _Stopping:
    """Whether the worker is to end: known to its main process, and seen by those that it has forked.

    It is a byte that they share, and not an event of multiprocessing: one of them that is killed while it holds the
    lock of such an event would stop all others.
    """

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def set(self, value: bool) -> None:
        self._shared[0] = value

    def is_set(self) -> bool:
        return bool(self._shared[0])


_stopping = _Stopping()
_ledgers: dict[tuple[int, str | None], Ledger] = {}  # by process, so that a fork has its own
_clients: dict[int, laaffic.Client] = {}
_tending = threading.Event()
_locks: dict[int, threading.Lock] = {}  # by process too: a fork never sees one let go of that another thread held


def start(
    campaign: str, *, pumps: int | None = None, ledger: Ledger | str | None = None, app: Celery | None = None
) -> Status:
    """Let workers post a campaign, until it is done or paused. Nothing is posted here.

    Call it again to go on after `resume()`; it may be called too often.

    Args:
        campaign: the campaign's name.
        pumps: how many requests are in flight at once, over all machines, 1 to 100; it becomes the campaign's
            `concurrency`, which is the default, or else 1. `Campaign.set(concurrency=…)` changes it while it runs.
        ledger: the ledger, which is in PostgreSQL, or its address; by default the one that workers use.
        app: your Celery app; by default the current one. Celery knows it in threads, such as those of a web server,
            only after `app.set_default()`.

    Returns:
        How far the campaign is. One that is done or cancelled stays so.

    Raises:
        LedgerError: there is no such campaign, it is paused or still being filled, an argument is not valid, or the
            ledger is not in PostgreSQL.
        LedgerUnavailableError: the database failed.
        kombu.exceptions.OperationalError: the broker cannot be reached. Nothing was started.
    """
    app = app or current_app
    settings = _settings(app)
    if isinstance(ledger, str):
        with Ledger(ledger) as opened:
            return start(campaign, pumps=pumps, ledger=opened, app=app)
    if ledger is None:
        ledger = _ledger(settings.ledger)
    database = _database(ledger)
    if not database.shared:
        raise LedgerError("Celery's workers need a ledger in PostgreSQL", hint="Use run() for one in an SQLite file.")
    one = ledger.campaign(campaign)
    status = one.status() if pumps is None else one.set(concurrency=pumps)
    if status.state in ENDED:
        return status
    if status.state == CampaignState.PAUSED:
        raise LedgerError(f"The campaign is paused: {status.why}", hint="resume() it, and start() it again.")
    if status.state == CampaignState.LOADING:
        raise LedgerError("The campaign is still being filled", hint="Start it when create() has returned.")
    with database.write() as connection:
        tickets = slots.fill(connection, one._id, database.now(connection), settings.seconds, at_once=True)  # noqa: SLF001  # of this package
    try:
        _send(app, campaign, tickets)
    except BaseException:
        with database.write() as connection:
            slots.forget(connection, one._id)  # noqa: SLF001  # of this package
        raise
    return one.status()


@shared_task(
    bind=True,
    name=_PUMP,
    acks_late=True,
    reject_on_worker_lost=True,
    ignore_result=True,
    soft_time_limit=_SOFT_LIMIT,
    time_limit=_LIMIT,
)
def pump(self: "Task[[str, int, str], None]", campaign: str, slot: int, ticket: str) -> None:
    """Post a slice of a campaign, and let another message follow while there is more. `start` sends the first one.

    Args:
        self: the task.
        campaign: the campaign's name.
        slot: which of those that keep it going.
        ticket: without it, or a second time, nothing happens.
    """
    settings = _settings(self.app)
    redelivered = bool((self.request.delivery_info or {}).get("redelivered"))
    try:
        following = _slice(settings, campaign, Ticket(slot, ticket), redelivered=redelivered)
    except NoSuchCampaignError as error:
        _logger.warning("a message for a campaign that is not there: %s", error)
        return
    except LedgerUnavailableError as error:
        _logger.warning("the message goes back to its queue: %s", error)
        time.sleep(min(_BREATH, settings.seconds))
        raise Reject(str(error), requeue=True) from None
    _send(self.app, campaign, following)


@shared_task(name="laaffic.tend", ignore_result=True)
def tend(ledger: str | None = None) -> int:
    """Send again what the engine has lost, for every campaign that was started. Workers do this by themselves.

    Call it from Celery's beat, or by hand, where no worker may be there to do it. It may be called too often.

    Args:
        ledger: the ledger's address; by default the one that workers use.

    Returns:
        How many messages were sent.

    Raises:
        LedgerUnavailableError: the database failed.
        kombu.exceptions.OperationalError: the broker cannot be reached.
    """
    return _tend(tend.app, ledger)


def _tend(app: Celery, address: str | None = None) -> int:
    settings = _settings(app)
    database = _database(_ledger(address or settings.ledger))
    with database.read() as connection:
        kept = slots.campaigns_with_slots(connection)
    sent = 0
    for campaign, name in kept:
        with database.write() as connection:
            tickets = slots.fill(connection, campaign, database.now(connection), settings.seconds)
        _send(app, name, tickets)
        sent += len(tickets)
    return sent


def _slice(settings: _Settings, campaign: str, ticket: Ticket, *, redelivered: bool) -> list[Ticket]:
    ledger, client = _ledger(settings.ledger), _client()
    database, key, seconds = _database(ledger), ledger.campaign(campaign)._id, settings.seconds  # noqa: SLF001  # of this package
    with database.write() as connection:
        now = database.now(connection)
        runner = slots.begin(connection, key, ticket, now, seconds, redelivered=redelivered)
    if runner is None:
        return []
    post_a_slice(ledger, campaign, seconds, client=client, stop=_stopping)
    with database.write() as connection:
        return slots.end(connection, key, ticket.slot, runner, now=database.now(connection), seconds=seconds)


def _send(app: Celery, campaign: str, tickets: list[Ticket]) -> None:
    for slot, ticket in tickets:
        app.tasks[_PUMP].apply_async((campaign, slot, ticket), queue=_settings(app).queue)


def _settings(app: Celery) -> _Settings:
    given = app.conf.get("laaffic_seconds")
    seconds = SLICE if given is None else float(given)
    if not 0 < seconds <= LONGEST:
        raise LedgerError(
            f"laaffic_seconds must be above 0 and at most {LONGEST:.0f}", hint="It is a setting of Celery."
        )
    return _Settings(app.conf.get("laaffic_ledger"), app.conf.get("laaffic_queue") or _QUEUE, seconds)


def _ledger(address: str | None) -> Ledger:
    with _locks.setdefault(os.getpid(), threading.Lock()):
        key = (os.getpid(), address)
        if key not in _ledgers:
            _ledgers[key] = Ledger(address)
        return _ledgers[key]


def _client() -> laaffic.Client:
    with _locks.setdefault(os.getpid(), threading.Lock()):
        if os.getpid() not in _clients:
            _clients[os.getpid()] = laaffic.Client()
        return _clients[os.getpid()]


def _database(ledger: Ledger) -> Database:
    return ledger._database  # noqa: SLF001  # of this package


@signals.worker_init.connect
def _worker_begins(**_: Any) -> None:
    _stopping.set(False)


@signals.worker_shutting_down.connect
def _worker_ends(**_: Any) -> None:
    """Let slices end: what is in flight ends, and nothing more is claimed. Celery waits for them."""
    _stopping.set(True)
    _tending.set()


@signals.worker_ready.connect
def _keep_tending(sender: Any, **_: Any) -> None:
    """Tend now and after each slice, in a thread of the worker's main process, if it has our queue."""
    settings = _settings(sender.app)
    if settings.queue not in sender.app.amqp.queues.consume_from:
        return
    _tending.clear()
    threading.Thread(
        target=_tend_for_ever, args=(sender.app, settings.seconds), name="laaffic-tend", daemon=True
    ).start()


def _tend_for_ever(app: Celery, seconds: float) -> None:
    while True:
        try:
            _tend(app)
        except Exception as error:  # noqa: BLE001  # the database or the broker is away; it comes back
            _logger.warning("cannot tend campaigns: %s", error)
        if _tending.wait(seconds):
            return
