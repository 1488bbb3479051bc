"""Reports and records, asked for over a real connection, by both kinds of client."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import laaffic
from laaffic._operations import attempts as _attempts
from support.server import Connection, Server, answer, drop

Ask = Callable[..., Any]
NOW = datetime.now(UTC).replace(microsecond=0)
START = NOW - timedelta(hours=2)
X, Y = "99900000001", "99900000002"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat at once: the pauses are tested by themselves."""
    monkeypatch.setattr(_attempts, "_FIRST_PAUSE", 0.0)


@pytest.fixture
def ask(kind: str, server: Server) -> Ask:
    """Return a function that calls a method of a new client of either kind; what is iterated over becomes a list."""

    def sync(method: str, *args: Any, **more: Any) -> Any:
        with laaffic.Client(base_url=server.url) as client:
            found = getattr(client, method)(*args, **more)
            return list(found) if isinstance(found, Iterator) else found

    def not_sync(method: str, *args: Any, **more: Any) -> Any:
        async def run() -> Any:
            async with laaffic.AsyncClient(base_url=server.url) as client:
                found = getattr(client, method)(*args, **more)
                return [each async for each in found] if isinstance(found, AsyncIterator) else await found

        return asyncio.run(run())

    return sync if kind == "sync" else not_sync


def asked(server: Server) -> list[dict[str, str]]:
    """Return what each request asked for, as a server reads it."""
    queries = [urlsplit(request.head.split(" ")[1]).query for request in server.posts]
    return [{name: "|".join(values) for name, values in parse_qs(query).items()} for query in queries]


def row(msg_id: str, number: str = X, **fields: Any) -> dict[str, Any]:
    """Return a row of a report, or of the records."""
    return {"msgId": msg_id, "number": number, "receiveTime": NOW.isoformat(), "status": "0", **fields}


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a response with rows."""
    return {"status": "0", "reason": "success", "success": str(len(rows)), "fail": "0", "array": list(rows)}


def records(*rows: dict[str, Any], most: int = 50_000) -> Callable[[Connection], bool]:
    """Answer as the provider does for any index, with at most so many rows."""

    def act(connection: Connection) -> bool:
        query = parse_qs(urlsplit(connection.request.head.split(" ")[1]).query)
        first = int(query["startIndex"][0])
        return answer(page(*rows[first : first + most]))(connection)

    return act


def test_ids_are_asked_for_200_at_a_time(ask: Ask, server: Server) -> None:
    ids = [str(2108021054011000000 + n) for n in range(450)]
    server.will(answer(page(row(ids[0]), row(ids[199], status="1"))), answer(page()), answer(page(row(ids[449]))))
    reports = ask("get_reports", ids)
    assert [report.msg_id for report in reports] == ids
    states = {report.msg_id: report.state for report in reports if report.state != "not_found"}
    assert states == {ids[0]: "succeeded", ids[199]: "failed", ids[449]: "succeeded"}
    assert [query["msgIds"].count(",") + 1 for query in asked(server)] == [200, 200, 50]
    assert {query["appId"] for query in asked(server)} == {"4luaKsL2"}
    assert server.posts[0].head.startswith("GET /v3/getReport?")


def test_an_id_twice_is_asked_for_once(ask: Ask, server: Server) -> None:
    server.will(answer(page(row("1"))))
    assert [report.state for report in ask("get_reports", iter(["1", "2", "1"]))] == [
        "succeeded",
        "not_found",
        "succeeded",
    ]
    assert [query["msgIds"] for query in asked(server)] == ["1,2"]


def test_no_ids_are_no_request(ask: Ask, server: Server) -> None:
    assert ask("get_reports", []) == []
    assert server.posts == []


@pytest.mark.parametrize("bad", ["", " ", "1,2", "1 2", 7, None, "é", "1" * 65])
def test_what_is_no_message_id_is_refused_before_any_request(ask: Ask, server: Server, bad: object) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=r"msg_ids\[1\]") as caught:
        ask("get_reports", ["1", bad])
    assert (caught.value.field, caught.value.position) == ("msg_ids", 1)
    assert caught.value.about_query
    assert "Nothing was sent" not in str(caught.value)
    assert server.posts == []


def test_one_string_is_no_list_of_ids(ask: Ask) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="several message ids"):
        ask("get_reports", "2108021054011000095")


@pytest.mark.parametrize("body", [{"status": "0"}, {"status": "0", "array": {}}, {"status": "0", "array": "x"}])
@pytest.mark.parametrize("method", ["get_reports", "iter_sent_records"])
def test_a_success_without_rows_is_no_answer(ask: Ask, server: Server, method: str, body: Any) -> None:
    server.will(answer(body))
    with pytest.raises(laaffic.QueryFailedError, match="`array` cannot be read"):
        ask(method, *((["1"],) if method == "get_reports" else (START, NOW)))


def test_a_refusal_is_its_error_and_says_nothing_of_sending(ask: Ask, server: Server) -> None:
    server.will(answer({"status": "-14", "reason": "field empty or id abnormal"}))
    with pytest.raises(laaffic.InvalidFieldError) as caught:
        ask("get_reports", ["1"])
    assert caught.value.about_query
    assert "sent" not in str(caught.value).lower()


def test_a_lost_answer_is_asked_for_again(ask: Ask, server: Server) -> None:
    server.will(drop, answer({"status": "-15"}), answer(page(row("1"))))
    assert ask("get_reports", ["1"])[0].state == "succeeded"
    assert len(server.posts) == 3


def test_confirming_tells_what_the_provider_says(ask: Ask, server: Server) -> None:
    server.will(answer(page(row("1", status="1"))))
    report = ask("confirm", laaffic.parse_report({"msgid": "1", "status": 0, "reason": "forged"}))
    assert (report.state, report.reason) == ("failed", None)


def test_times_are_encoded_once_with_their_offset(ask: Ask, server: Server) -> None:
    server.will(records())
    ask("iter_sent_records", START, NOW)
    target = server.posts[0].head.split(" ")[1]
    assert target.startswith("/v3/getSentRcd?")
    assert "%2B08%3A00" in target
    assert "%25" not in target
    (query,) = asked(server)
    assert datetime.fromisoformat(query["startTime"]) == START
    assert datetime.fromisoformat(query["endTime"]) == NOW
    assert query["startIndex"] == "0"


def test_pages_are_read_until_one_is_empty_whatever_their_size(ask: Ask, server: Server) -> None:
    server.will(records(*(row(str(n)) for n in range(7)), most=3))
    assert [record.msg_id for record in ask("iter_sent_records", START, NOW)] == [str(n) for n in range(7)]
    assert [query["startIndex"] for query in asked(server)] == ["0", "3", "6", "7"]


def test_a_row_that_cannot_be_read_moves_the_index_too(ask: Ask, server: Server) -> None:
    server.will(records(row("1"), {"number": X}, row("3"), most=2))
    assert [record.msg_id for record in ask("iter_sent_records", START, NOW)] == ["1", "3"]


def test_no_message_id_is_given_twice(ask: Ask, server: Server) -> None:
    server.will(answer(page(row("1"), row("2"))), answer(page(row("2"), row("3"))), answer(page()))
    assert [record.msg_id for record in ask("iter_sent_records", START, NOW)] == ["1", "2", "3"]


def test_pages_that_never_end_are_given_up(ask: Ask, server: Server) -> None:
    server.will(answer(page(row("1"))))
    with pytest.raises(laaffic.QueryFailedError, match="again and again"):
        ask("iter_sent_records", START, NOW)
    assert len(server.posts) == 4


def test_a_long_time_is_asked_for_in_windows(ask: Ask, server: Server) -> None:
    server.will(records())
    assert ask("iter_sent_records", NOW - timedelta(days=80), NOW) == []
    windows = [
        (datetime.fromisoformat(query["startTime"]), datetime.fromisoformat(query["endTime"]))
        for query in asked(server)
    ]
    assert len(windows) == 3
    assert windows[0][0] == NOW - timedelta(days=80)
    assert windows[-1][1] == NOW
    assert all(end - start <= timedelta(days=31) for start, end in windows)


@pytest.mark.parametrize(
    ("start", "end"), [(START.replace(tzinfo=None), NOW), (NOW - timedelta(days=91), NOW), (NOW, START)]
)
def test_a_time_that_cannot_be_asked_about_is_refused_at_once(
    kind: str, server: Server, start: datetime, end: datetime
) -> None:
    client = (laaffic.Client if kind == "sync" else laaffic.AsyncClient)(base_url=server.url)
    with pytest.raises(laaffic.InvalidTimeError):
        client.iter_sent_records(start, end)
    assert server.posts == []


def test_the_next_page_is_asked_for_when_it_is_needed(server: Server) -> None:
    server.will(records(*(row(str(n)) for n in range(4)), most=2))
    with laaffic.Client(base_url=server.url) as client:
        found = client.iter_sent_records(START, NOW)
        assert server.posts == []
        next(found)
        next(found)
        assert len(server.posts) == 1
        found.close()


def unknown(number: str, index: int = 0) -> laaffic.Recipient:
    """Return a recipient of whom nothing is known."""
    return laaffic.Recipient(number, None, None, laaffic.State.UNKNOWN, index, "no response came", f"b-{index}")


def test_lost_outcomes_are_found_again(ask: Ask, server: Server) -> None:
    server.will(records(row("m1", X), row("known", Y), row("stranger", "99900000009"), most=2))
    given = [unknown(X), laaffic.Recipient(Y, None, "known", laaffic.State.ACCEPTED, 1), unknown(Y, 2)]
    found = ask("reconcile", given, sent_between=(START, START))
    assert [(r.state, r.msg_id) for r in found] == [("accepted", "m1"), ("accepted", "known"), ("unknown", None)]
    assert str(found[2].reason).startswith("no record by ")
    first = asked(server)[0]
    assert datetime.fromisoformat(first["startTime"]) == START - timedelta(minutes=5)
    assert datetime.fromisoformat(first["endTime"]) >= NOW


def test_a_record_from_before_the_time_is_not_theirs(ask: Ask, server: Server) -> None:
    server.will(records(row("m1", receiveTime=(START - timedelta(hours=1)).isoformat())))
    assert ask("reconcile", [unknown(X)], sent_between=(START, NOW))[0].state == "unknown"


@pytest.mark.parametrize("hours", [-3, 3])
def test_the_time_is_by_the_providers_clock(ask: Ask, server: Server, hours: int) -> None:
    theirs = NOW + timedelta(hours=hours)
    dated = {"Date": format_datetime(theirs, usegmt=True)}
    listed = answer(page(row("m1", receiveTime=theirs.isoformat())), headers=dated)
    server.will(answer(page(), headers=dated), listed, answer(page(), headers=dated))
    assert ask("reconcile", [unknown(X)], sent_between=(NOW, NOW))[0].msg_id == "m1"
    times = [(datetime.fromisoformat(q["startTime"]), datetime.fromisoformat(q["endTime"])) for q in asked(server)]
    assert all(first <= theirs <= last for first, last in times[1:])


def test_clocks_that_differ_from_page_to_page_are_followed_once(ask: Ask, server: Server) -> None:
    dates = [format_datetime(NOW + timedelta(hours=hours), usegmt=True) for hours in (3, -3, 3)]
    server.will(*(answer(page(), headers={"Date": date}) for date in dates))
    assert ask("reconcile", [unknown(X)], sent_between=(START, NOW))[0].state == "unknown"
    assert len(server.posts) == 2


def test_a_date_in_another_century_has_nobody_asked_about_all_of_it(ask: Ask, server: Server) -> None:
    dated = answer(page(), headers={"Date": format_datetime(NOW.replace(year=2200), usegmt=True)})
    server.will(*[dated] * 20)
    assert ask("reconcile", [unknown(X)], sent_between=(START, NOW))[0].state == "unknown"
    assert len(server.posts) < 20


def test_nobody_unknown_is_no_request(ask: Ask, server: Server) -> None:
    accepted = laaffic.Recipient(X, None, "m1", laaffic.State.ACCEPTED)
    assert ask("reconcile", [accepted], sent_between=(START, NOW)) == [accepted]
    settled = ask(
        "reconcile",
        [unknown(X)],
        sent_between=(START, NOW),
        reports=[laaffic.parse_report({"msgid": "m9", "status": 0, "orderId": "b-0"})],
    )
    assert [(r.state, r.msg_id) for r in settled] == [("accepted", "m9")]
    assert server.posts == []


@pytest.mark.parametrize(
    "times",
    [
        {"sent_between": (START.replace(tzinfo=None), NOW)},
        {"sent_between": (NOW - timedelta(days=91), NOW)},
        {"sent_between": (NOW, START)},
        {"sent_between": START},
        {"sent_between": (START, NOW, NOW)},
        {"sent_between": (START, NOW), "until": START},
        {"sent_between": (START, NOW), "until": "now"},
        {"sent_between": (START, NOW), "until": NOW + timedelta(days=40_000)},
        {"sent_between": (NOW + timedelta(hours=1), NOW + timedelta(hours=2))},
    ],
)
def test_times_that_make_no_sense_are_refused_before_any_request(ask: Ask, server: Server, times: Any) -> None:
    with pytest.raises(laaffic.InvalidTimeError):
        ask("reconcile", [unknown(X)], **times)
    assert server.posts == []


def test_a_page_that_does_not_come_settles_nobody(ask: Ask, server: Server) -> None:
    server.will(answer(page(row("m1"))), drop)
    with pytest.raises(laaffic.QueryFailedError):
        ask("reconcile", [unknown(X)], sent_between=(START, NOW))


def test_a_full_page_is_read(server: Server) -> None:
    rows = [row(f"21080210540{n:08d}", pricedetail={"pay": "1", "chargeCnt": 1, "price": "1"}) for n in range(50_000)]
    server.will(answer(page(*rows)), answer(page()))
    with laaffic.Client(base_url=server.url) as client:
        assert sum(1 for _ in client.iter_sent_records(START, NOW)) == 50_000
