"""Queries: repeated when that may help, and never said to have sent anything."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from email.utils import formatdate
from typing import Any

import pytest

import laaffic
from laaffic._operations import attempts as _attempts
from support.server import Action, Server, answer, drop, silence
from wire.test_clock import strict_for

GetBalance = Callable[..., laaffic.Balance]
BALANCE = {"status": "0", "reason": "success", "balance": "99.990000", "gift": "50.00000", "credit": "0"}
FOUND = laaffic.Balance(Decimal("99.990000"), Decimal("50.00000"), Decimal(0))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat at once: the pauses are tested by themselves."""
    monkeypatch.setattr(_attempts, "_FIRST_PAUSE", 0.0)


@pytest.fixture
def get_balance(kind: str) -> GetBalance:
    """Return a function that asks for the balance with a new client of either kind."""

    def sync(**settings: Any) -> laaffic.Balance:
        with laaffic.Client(**settings) as client:
            return client.get_balance()

    def not_sync(**settings: Any) -> laaffic.Balance:
        async def run() -> laaffic.Balance:
            async with laaffic.AsyncClient(**settings) as client:
                return await client.get_balance()

        return asyncio.run(run())

    return sync if kind == "sync" else not_sync


def test_the_balance_is_three_decimal_numbers(get_balance: GetBalance, server: Server) -> None:
    server.will(answer(BALANCE))
    assert get_balance(base_url=server.url) == FOUND
    (request,) = server.posts
    assert request.head.startswith("GET /v3/getBalance ")
    assert request.body == b""
    assert {"api-key", "timestamp", "sign"} <= set(request.headers)
    assert request.headers["content-type"] == "application/json;charset=UTF-8"


def test_numbers_for_strings_are_read(get_balance: GetBalance, server: Server) -> None:
    server.will(answer({"status": 0, "balance": 99.5, "gift": 50, "credit": "-1.5"}))
    assert get_balance(base_url=server.url) == laaffic.Balance(Decimal("99.5"), Decimal(50), Decimal("-1.5"))


@pytest.mark.parametrize(
    "failing", [drop, answer(b"<html>", status=502), answer({"status": "0"}, status=500), answer({"status": "-15"})]
)
def test_what_may_pass_is_repeated(get_balance: GetBalance, server: Server, failing: Action) -> None:
    server.will(failing, failing, answer(BALANCE))
    assert get_balance(base_url=server.url) == FOUND
    assert len(server.posts) == 3


@pytest.mark.parametrize("failing", [drop, answer(b"", status=503), answer({"status": "-15"})])
def test_three_attempts_are_all(get_balance: GetBalance, server: Server, failing: Action) -> None:
    server.will(failing)
    with pytest.raises(laaffic.QueryFailedError) as caught:
        get_balance(base_url=server.url)
    assert len(server.posts) == 3
    assert caught.value.retryable


def test_a_timeout_is_repeated(get_balance: GetBalance, server: Server) -> None:
    server.will(silence, answer(BALANCE))
    assert get_balance(base_url=server.url, timeout=(5, 0.3)) == FOUND


def test_no_connection_is_a_query_that_failed(get_balance: GetBalance) -> None:
    with pytest.raises(laaffic.QueryFailedError, match="No response came"):
        get_balance(base_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (answer({"status": "-1", "reason": "x"}), laaffic.AuthenticationError),
        (answer({"status": "-2"}), laaffic.IPRestrictedError),
        (answer({"status": "-13"}), laaffic.AccountLockedError),
        (answer({"status": "-18"}), laaffic.GatewayFaultError),
        (answer({"status": "-31"}), laaffic.IPRestrictedError),
        (answer({"status": "-99"}), laaffic.UnknownStatusError),
        (answer(b"<html>", status=404), laaffic.HTTPStatusError),
        (answer({"status": 404, "title": "problem"}, status=404), laaffic.HTTPStatusError),
        (answer(b"", status=302, headers={"Location": "https://example.invalid"}), laaffic.HTTPStatusError),
        (answer(b"not JSON"), laaffic.QueryFailedError),
        (answer([]), laaffic.QueryFailedError),
        (answer({"status": "0"}), laaffic.QueryFailedError),
        (answer({**BALANCE, "gift": "much"}), laaffic.QueryFailedError),
        (answer({**BALANCE, "credit": None}), laaffic.QueryFailedError),
    ],
)
def test_a_refusal_is_raised_at_once_and_speaks_of_no_sending(
    get_balance: GetBalance, server: Server, refusal: Action, error: type[laaffic.LaafficError]
) -> None:
    server.will(refusal)
    with pytest.raises(error) as caught:
        get_balance(base_url=server.url)
    assert type(caught.value) is error
    assert len(server.posts) == 1
    assert caught.value.sent == "no"
    assert caught.value.result.recipients == ()
    assert "sent" not in str(caught.value).replace("sends nothing", "").lower()
    assert "send again" not in str(caught.value)


def test_a_closed_client_speaks_of_no_sending() -> None:
    client = laaffic.Client(base_url="http://127.0.0.1:1")
    client.close()
    with pytest.raises(laaffic.ConfigurationError, match="closed") as caught:
        client.get_balance()
    assert "Nothing was sent" not in str(caught.value)


def test_a_wrong_clock_is_corrected_for_queries_and_sends_alike(server: Server) -> None:
    server.will(strict_for(7200.0, answer(BALANCE)))
    with laaffic.Client(base_url=server.url) as client:
        assert client.get_balance() == FOUND
        assert client.get_balance() == FOUND
    assert len(server.posts) == 3


def test_a_refusal_of_a_timestamp_that_was_right_is_raised_at_once(get_balance: GetBalance, server: Server) -> None:
    server.will(answer({"status": "-16"}, headers={"Date": formatdate(time.time(), usegmt=True)}))
    with pytest.raises(laaffic.TimestampExpiredError) as caught:
        get_balance(base_url=server.url)
    assert len(server.posts) == 1
    assert caught.value.sent == "no"
    assert "recipient" not in str(caught.value)


@pytest.mark.parametrize("body", [b'{"status":"-1","status":"0"}', b'{"status":"0","balance":"1","balance":"2"}'])
def test_a_response_that_says_something_twice_is_no_balance(
    get_balance: GetBalance, server: Server, body: bytes
) -> None:
    server.will(answer(body))
    with pytest.raises(laaffic.QueryFailedError):
        get_balance(base_url=server.url)


def test_another_prefix_is_what_the_paths_begin_with(server: Server, kind: str, sample: list[laaffic.Message]) -> None:
    async def run() -> None:
        async with laaffic.AsyncClient(base_url=server.url, api_prefix="/sms") as client:
            await client.send_batch(sample)

    if kind == "async":
        asyncio.run(run())
    else:
        with laaffic.Client(base_url=server.url, api_prefix="/sms") as client:
            client.send_batch(sample)
    assert server.posts[0].head.startswith("POST /sms/sendSms/batch ")


def test_the_prefix_may_come_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_API_PREFIX", "/sms/")
    server.will(answer(BALANCE))
    with laaffic.Client(base_url=server.url) as client:
        client.get_balance()
    assert server.posts[0].head.startswith("GET /sms/getBalance ")


def test_a_check_finds_balance_and_skew(server: Server) -> None:
    server.will(strict_for(7200.0, answer(BALANCE, headers={"Date": formatdate(time.time() + 7200, usegmt=True)})))
    with laaffic.Client(base_url=server.url) as client:
        found = client.check()
    assert found.balance == FOUND
    assert found.clock_skew is not None
    assert abs(found.clock_skew - 7200) < 60


def test_a_check_without_a_date_knows_no_skew(server: Server) -> None:
    server.will(answer(BALANCE, headers={"Date": "whenever"}))

    async def run() -> laaffic.Check:
        async with laaffic.AsyncClient(base_url=server.url) as client:
            return await client.check()

    assert asyncio.run(run()) == laaffic.Check(FOUND, None)


def test_a_check_of_a_wrong_key_says_so(server: Server) -> None:
    server.will(answer({"status": "-1"}))
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.AuthenticationError):
        client.check()
