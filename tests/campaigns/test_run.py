"""Running a campaign against a real server."""

import json
import logging
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

import laaffic
from laaffic_campaigns import Campaign, Ledger, LedgerBusyError, LedgerError, LedgerUnavailableError, pump
from laaffic_campaigns._kept.chunks import unpack_payload
from laaffic_campaigns._kept.databases.database import Database
from laaffic_campaigns._kept.databases.lock import is_surely_free, locked
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._kept.schema import campaigns, chunks
from laaffic_campaigns._running.desk import Desk, Slot
from laaffic_campaigns._running.posting import Post
from support.server import Action, Connection, Server, answer, drop, success

ROWS = [(f"999{n:08d}", f"Hello, your code is {n:04d}") for n in range(10)]
NO_MONEY = answer({"status": "-10", "reason": "no money"})


@pytest.fixture
def campaign(ledger: Ledger) -> Campaign:
    """Return a campaign of ten recipients in five requests."""
    return ledger.create("spring", ROWS, max_recipients=2)


def posted(server: Server) -> list[str]:
    return [m["numbers"] for post in server.posts for m in post.json()["array"]]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_everybody_gets_it_once(campaign: Campaign, client: laaffic.Client, server: Server, concurrency: int) -> None:
    status = campaign.run(client, concurrency=concurrency)
    assert (status.state, status.accepted, status.recipients) == ("done", 10, 10)
    assert sorted(posted(server)) == [number for number, _ in ROWS]
    assert campaign.run(client) == status
    assert len(server.posts) == server.connections == 5


def test_what_is_posted_is_what_was_frozen(ledger: Ledger, client: laaffic.Client, server: Server) -> None:
    both = laaffic.Message(["99900000001", "99900000002"], "Both", "ACME")
    ledger.create("spring", [both, laaffic.Message("99900000003", "One", order_ids="mine")]).run(client)
    [first, second] = server.posts[0].json()["array"]
    assert (first["numbers"], first["content"], first["senderId"]) == ("99900000001,99900000002", "Both", "ACME")
    assert second == {"numbers": "99900000003", "content": "One", "orderId": "mine"}
    wire = [outcome.wire_order_id for outcome in ledger.campaign("spring").outcomes()]
    assert ",".join(str(order_id) for order_id in wire[:2]) == first["orderId"]


def test_an_empty_account_pauses_and_is_gone_on_from(
    campaign: Campaign, client: laaffic.Client, server: Server
) -> None:
    server.will(success, NO_MONEY, success)
    status = campaign.run(client)
    assert (status.state, status.accepted, status.to_go) == ("paused", 2, 8)
    assert "-10" in str(status.why)
    status = campaign.run(client)
    assert (status.state, status.accepted, status.why) == ("done", 10, None)


def test_no_connection_pauses(campaign: Campaign) -> None:
    with Server() as gone:
        url = gone.url
    with laaffic.Client(base_url=url, connect_retries=0) as client:
        status = campaign.run(client)
    assert (status.state, status.to_go) == ("paused", 10)
    assert "No connection could be made" in str(status.why)


def test_too_many_requests_slow_it_down_and_it_goes_on(
    campaign: Campaign, client: laaffic.Client, server: Server
) -> None:
    server.will(answer(b"slowly", status=429), success)
    assert campaign.run(client).accepted == 10
    assert len(server.posts) == 6


def test_a_lost_response_is_unknown_and_never_posted_again(
    campaign: Campaign, client: laaffic.Client, server: Server
) -> None:
    server.will(drop, success)
    status = campaign.run(client)
    assert (status.state, status.accepted, status.unknown) == ("done", 8, 2)
    campaign.run(client)
    assert len(server.posts) == 5
    lost = [outcome for outcome in campaign.outcomes() if outcome.state == "unknown"]
    assert all("response was lost" in str(each.reason) and each.posted_at and each.wire_order_id for each in lost)


def test_only_who_is_at_fault_is_rejected(ledger: Ledger, client: laaffic.Client, server: Server) -> None:
    campaign = ledger.create("spring", ROWS)
    at_fault = ROWS[6][0]

    def refuses(connection: Connection) -> bool:
        if at_fault in connection.request.body.decode():
            return answer({"status": "-6", "reason": "no template"})(connection)
        return success(connection)

    server.will(refuses)
    status = campaign.run(client)
    assert (status.state, status.rejected, status.accepted, status.recipients) == ("done", 1, 9, 10)
    [rejected] = ledger.find(number=at_fault)
    assert (rejected.state, rejected.status, rejected.reason) == ("rejected", "-6", "no template")
    assert sorted(each.index for each in campaign.outcomes()) == list(range(10))
    wire = [str(each.wire_order_id) for each in campaign.outcomes()]
    assert len(set(wire)) == 10
    assert ledger.find(order_id=wire[0])[0].wire_order_id == wire[0]


def test_refusals_in_a_row_pause(ledger: Ledger, client: laaffic.Client, server: Server) -> None:
    campaign = ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(100)])
    server.will(answer({"status": "-6", "reason": "no template"}))
    status = campaign.run(client)
    assert (status.state, len(server.posts)) == ("paused", 25)
    assert status.rejected + status.to_go == 100
    assert "25 requests in a row were refused" in str(status.why)
    server.will(success)
    assert campaign.run(client).accepted == status.to_go


def test_a_client_that_allows_fewer_recipients_posts_nothing(campaign: Campaign, server: Server) -> None:
    with laaffic.Client(base_url=server.url, max_recipients=1) as client:
        status = campaign.run(client)
    assert (status.state, status.to_go) == ("paused", 10)
    assert "too many for one request" in str(status.why)
    assert server.posts == []


def test_a_pause_holds_until_it_is_taken_back(campaign: Campaign, client: laaffic.Client, server: Server) -> None:
    def pauses(connection: Connection) -> bool:
        campaign.pause()
        return success(connection)

    server.will(pauses, success)
    assert campaign.run(client).accepted == 2
    assert campaign.run(client).state == "paused"
    assert campaign.resume().state == "ready"
    assert campaign.run(client).accepted == 10


def test_what_is_cancelled_is_not_sent(campaign: Campaign, client: laaffic.Client, server: Server) -> None:
    def cancels(connection: Connection) -> bool:
        campaign.cancel()
        return success(connection)

    server.will(cancels, success)
    status = campaign.run(client)
    assert (status.state, status.accepted, status.not_sent) == ("cancelled", 2, 8)
    assert {each.reason for each in campaign.outcomes() if each.state == "not_sent"} == {
        "the campaign was cancelled before it was posted"
    }
    with pytest.raises(LedgerError, match="is cancelled"):
        campaign.resume()


def test_a_second_run_posts_nothing_and_says_who_runs(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path
) -> None:
    caught: list[LedgerBusyError] = []

    def runs_too(connection: Connection) -> bool:
        with Ledger(f"sqlite:///{path}") as other:
            try:
                other.campaign("spring").run(client)
            except LedgerBusyError as error:
                caught.append(error)
            assert other.campaign("spring").status().in_flight == 2
        return success(connection)

    server.will(runs_too, success)
    assert campaign.run(client).accepted == 10
    assert "running a campaign" in str(caught[0])
    assert caught[0].nothing_was_sent
    assert len(server.posts) == 5


def test_whoever_looks_at_it_keeps_nobody_from_running_it(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path
) -> None:
    unattended: list[bool] = []

    def looked_at(connection: Connection) -> bool:
        with Ledger(f"sqlite:///{path}") as other:
            unattended.append(other.campaign("spring").status().unattended)
            with pytest.raises(LedgerBusyError):  # the look let go of nothing
                other.campaign("spring").run(client)
        return success(connection)

    server.will(looked_at)
    assert campaign.run(client).accepted == 10
    assert unattended == [False] * 5


def test_a_look_at_a_lock_takes_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "run.lock"
    assert not is_surely_free(lock)  # nobody knows whether it was deleted
    with locked(lock, "running"):
        assert not is_surely_free(lock)
    assert is_surely_free(lock) == (sys.platform == "linux")
    with locked(lock, "running"), pytest.raises(LedgerBusyError), locked(lock, "running"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked who holds a lock")
def test_a_pump_whose_turn_is_over_leaves_it_unattended(ledger: Ledger, client: laaffic.Client, path: Path) -> None:
    campaign = ledger.create("spring", ROWS, max_recipients=2)
    assert pump(f"sqlite:///{path}", "spring", client=client, seconds=1e-9)
    assert (campaign.status().state, campaign.status().unattended) == ("running", True)
    assert not campaign.run(client).unattended


def test_somebody_is_found_by_number_order_id_and_message_id(
    ledger: Ledger, campaign: Campaign, client: laaffic.Client
) -> None:
    campaign.run(client)
    ledger.create("summer", [(ROWS[3][0], "Hello", "mine")])
    first, second = ledger.find(number="+999 0000-0003")
    assert [(each.campaign, each.state) for each in (first, second)] == [("spring", "accepted"), ("summer", "to_go")]
    assert ledger.find(order_id=first.wire_order_id) == [first]
    assert ledger.find(order_id="mine") == [second]
    assert first in ledger.find(msg_id=first.msg_id)
    assert ledger.find(number=ROWS[3][0], msg_id="none") == []
    with pytest.raises(LedgerError, match="nothing to find"):
        ledger.find()


def test_texts_are_erased_from_every_file(campaign: Campaign, client: laaffic.Client, path: Path) -> None:
    with pytest.raises(LedgerError, match="not ended"):
        campaign.erase_texts()
    campaign.run(client)
    before = campaign.status()
    campaign.erase_texts()
    assert campaign.status() == before
    assert [each.number for each in campaign.outcomes()] == [number for number, _ in ROWS]
    with closing(sqlite3.connect(path)) as connection:
        contents = [content for (content,) in connection.execute("select content from laaffic_payloads")]
    assert all(unpack_payload(content).contents is None for content in contents)
    assert not path.with_name("spring.db-journal").exists()  # it keeps the last pages that were overwritten


def test_a_status_and_an_outcome_are_json(campaign: Campaign, client: laaffic.Client) -> None:
    status = campaign.run(client).as_dict()
    parts = ("to_go", "in_flight", "accepted", "rejected", "not_sent", "unknown")
    more = ["since", "rate", "per_second", "seconds_left", "waits_until", "source", "held"]
    more += ["not_between", "zone", "stop_after", "concurrency", "delivered", "failed", "not_final"]
    more += ["sent_twice", "unattended"]
    assert list(json.loads(json.dumps(status))) == ["name", "state", "why", "recipients", *parts, *more]
    assert sum(status[part] for part in parts) == status["recipients"]
    assert json.loads(json.dumps(next(campaign.outcomes()).as_dict()))["state"] == "accepted"


def test_a_status_has_what_is_set_and_whether_a_person_holds_it(campaign: Campaign) -> None:
    status = campaign.set(not_between=("21:00", "09:00:30"), zone="UTC", stop_after={"rejected": 0.2}, concurrency=8)
    assert (status.not_between, status.zone) == (("21:00", "09:00:30"), "UTC")
    assert (status.stop_after, status.concurrency, status.held) == ({"rejected": 0.2}, 8, False)
    assert json.loads(json.dumps(status.as_dict()))["not_between"] == ["21:00", "09:00:30"]
    assert campaign.pause().held
    assert not campaign.resume().held


def test_the_time_in_which_nobody_posted_does_not_slow_down_the_rate(ledger: Ledger, database: Database) -> None:
    campaign = ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(2000)])
    with database.write() as connection:  # it ran, was killed, and was run again after minutes
        now = database.now(connection)
        connection.execute(update(campaigns).values(state="running", since=now - 300))
        first = select(func.min(chunks.c.id)).scalar_subquery()
        done = {"state": "done", "accepted": 1000, "claimed_at": now, "recorded_at": now}
        connection.execute(update(chunks).where(chunks.c.id == first).values(**done))
    speed = campaign.status().per_second
    assert speed is not None
    assert speed > 1000 / 60  # which is what it was over the whole minute


@pytest.mark.parametrize("concurrency", [0, 101, True, "4"])
def test_a_concurrency_that_cannot_be_is_refused(campaign: Campaign, client: laaffic.Client, concurrency: int) -> None:
    with pytest.raises(LedgerError, match="concurrency"):
        campaign.run(client, concurrency=concurrency)


def test_only_a_client_that_blocks_can_run_it(campaign: Campaign) -> None:
    with pytest.raises(laaffic.ConfigurationError, match="AsyncClient"):
        campaign.run(laaffic.AsyncClient())  # type: ignore[arg-type]  # the point


def test_who_was_in_flight_when_a_process_ended_is_told_in_the_log(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reached, over = threading.Event(), threading.Event()

    def late(connection: Connection) -> bool:
        reached.set()
        over.wait(60)
        return success(connection)

    actions: list[Action] = [late, success]
    server.will(*actions)
    first = threading.Thread(target=campaign.run, args=(client,))
    first.start()
    assert reached.wait(60)
    path.with_name("spring.db.run.lock").unlink()  # so that a second one takes the first one for dead
    with Ledger(f"sqlite:///{path}") as other, caplog.at_level(logging.WARNING, "laaffic.campaigns"):
        status = other.campaign("spring").run(client)
    assert (status.unknown, status.accepted) == (2, 8)
    assert "1 requests were in flight" in caplog.text
    over.set()
    first.join(60)
    assert campaign.status().accepted == 10  # the outcome that came late still counts
    assert len(server.posts) == 5


def test_a_claim_that_is_too_old_is_given_back(campaign: Campaign, url: str) -> None:
    times = iter([0.0, 0.0, 1000.0])  # this machine slept between the claim and the post
    database = open_database(url)
    desk = Desk(database, 1, "k123456789", clock=lambda: next(times, 1000.0))
    with desk.opened():
        desk.begin(by_hand=True)
        got = desk.next(Slot(0))
    assert isinstance(got, Post)
    with database.read() as connection:
        tokens = connection.scalars(select(chunks.c.token).where(chunks.c.state == "claimed")).all()
    database.close()
    assert tokens == [got.claimed.token]
    assert campaign.status().in_flight == 2


def test_ctrl_c_lets_what_is_in_flight_end_and_pauses(ledger: Ledger, server: Server, path: Path) -> None:
    campaign = ledger.create("spring", [(f"999{n:08d}", "Hello") for n in range(500)], max_recipients=1)

    def late(connection: Connection) -> bool:
        running.send_signal(signal.SIGINT)
        threading.Event().wait(0.2)  # so that it most likely comes before the response
        return success(connection)

    server.will(late, success)
    program = Path(__file__).with_name("one_process.py")
    arguments = ["run", f"sqlite:///{path}", server.url, "app", "1"]
    running = subprocess.Popen([sys.executable, str(program), *arguments], stderr=subprocess.PIPE)
    _, said = running.communicate(timeout=60)
    assert b"KeyboardInterrupt" in said
    status = campaign.status()
    assert (status.state, status.unknown, status.in_flight) == ("paused", 0, 0)
    assert status.accepted == len(server.posts) >= 1
    assert "run it again" in str(status.why)


def test_an_outcome_is_kept_while_the_ledger_cannot_be_written(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
            connection.execute(f"alter table {old} rename to {new}")

    def breaks_it(connection: Connection) -> bool:
        rename("laaffic_outcomes", "gone")
        mended.start()
        return success(connection)

    mended = threading.Timer(0.3, rename, ("gone", "laaffic_outcomes"))
    server.will(breaks_it, success)
    with caplog.at_level(logging.WARNING, "laaffic.campaigns"):
        status = campaign.run(client)
    mended.join(60)
    assert (status.state, status.accepted, len(server.posts)) == ("done", 10, 5)
    assert "an outcome cannot be written yet" in caplog.text


def test_a_ledger_that_fails_before_a_claim_ends_the_run_and_loses_nobody(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("alter table laaffic_payloads rename to gone")
    with pytest.raises(LedgerUnavailableError, match="no such table") as caught:
        campaign.run(client)
    assert not caught.value.nothing_was_sent
    assert server.posts == []
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("alter table gone rename to laaffic_payloads")
    assert campaign.run(client).accepted == 10


def test_an_event_ends_it_like_ctrl_c(campaign: Campaign, client: laaffic.Client, server: Server) -> None:
    stop = threading.Event()

    def stops(connection: Connection) -> bool:
        stop.set()
        connection.stopping.wait(1)  # so that it is most likely seen before the response
        return success(connection)

    server.will(stops)
    status = campaign.run(client, stop=stop)
    assert (status.unknown, status.in_flight) == (0, 0)
    assert 0 < status.accepted < 10
    assert campaign.run(client).accepted == 10


def test_a_change_of_concurrency_is_heeded_while_it_runs(
    ledger: Ledger, client: laaffic.Client, server: Server
) -> None:
    campaign = ledger.create("spring", ROWS, max_recipients=1)
    both = threading.Barrier(2, timeout=60)

    def waits(connection: Connection) -> bool:
        both.wait()  # which one alone never passes
        return success(connection)

    def wants_two(connection: Connection) -> bool:
        campaign.set(concurrency=2)
        return waits(connection)

    server.will(wants_two, waits)
    assert campaign.run(client).accepted == 10


def test_stop_after_pauses_and_a_person_lets_it_go_on(ledger: Ledger, client: laaffic.Client, server: Server) -> None:
    rows = [(f"999{n:08d}", "Hello") for n in range(600)]
    campaign = ledger.create("spring", rows, max_recipients=100, stop_after={"unknown": 0.5})
    server.will(success, drop, success)
    status = campaign.run(client)
    assert (status.state, status.accepted, status.unknown) == ("paused", 100, 100)
    assert "100 of the last 200 recipients are unknown" in str(status.why)
    assert campaign.run(client).accepted == 500


class _Breaks(laaffic.Client):
    """A client with a bug."""

    def send_batch(self, *_: object, **__: object) -> laaffic.BatchResult:
        raise RuntimeError("a bug")


def test_a_bug_in_the_midst_is_raised_and_leaves_what_was_in_flight_unknown(
    campaign: Campaign, server: Server, backend: str
) -> None:
    with _Breaks(base_url=server.url) as client, pytest.raises(RuntimeError, match="a bug"):
        campaign.run(client)
    status = campaign.status()
    assert (status.unknown, status.to_go) == (2, 8)
    assert status.state == ("paused" if backend == "sqlite" else "running")


def test_an_older_state_that_is_written_into_the_ledger_while_it_runs_pauses(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path
) -> None:
    old = path.read_bytes()

    def restores(connection: Connection) -> bool:
        with closing(sqlite3.connect(path, timeout=60)) as there, closing(sqlite3.connect(older)) as backup:
            backup.backup(there)
        return success(connection)

    older = path.with_name("older.db")
    older.write_bytes(old)
    server.will(success, success, restores, success)
    status = campaign.run(client)
    assert (status.state, len(server.posts)) == ("paused", 3)
    assert campaign.run(client).state == "paused"
    assert len(server.posts) == 3


def test_an_interruption_arrives_though_the_ledger_fails(
    campaign: Campaign, client: laaffic.Client, server: Server, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks_it(connection: Connection) -> bool:
        with closing(sqlite3.connect(path, timeout=60)) as ledger, ledger:
            ledger.execute("alter table laaffic_campaigns rename to gone")
        signal.raise_signal(signal.SIGINT)
        return success(connection)

    server.will(breaks_it, success)
    with caplog.at_level(logging.WARNING, "laaffic.campaigns"), pytest.raises(KeyboardInterrupt):
        campaign.run(client)
    assert "could not be paused" in caplog.text
    with closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute("alter table gone rename to laaffic_campaigns")
    status = campaign.run(client)
    assert (status.accepted, len(server.posts)) == (10, 5)  # the outcome was kept beside the ledger
