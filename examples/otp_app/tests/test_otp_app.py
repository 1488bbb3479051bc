"""Signing in with a code: every outcome of sending it, on a gateway that sends nothing."""

# ruff: noqa: S101, PLR2004 -- tests assert, and the numbers are HTTP statuses

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from otp_app import (
    CODES_IN_AN_HOUR,
    GUESSES,
    SECONDS_A_CODE_IS_GOOD,
    SECONDS_BETWEEN_CODES,
    create_app,
)

from laaffic_mock import RemoteGateway

NUMBER = "99955500001"
REFUSED_NUMBERS = ["99900100009", "99900300001"]  # magic numbers: abnormal, and not taken


class Clock:
    """A clock that a test can turn forward."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """Return the application's clock."""
    return Clock()


@pytest.fixture
def web(laaffic_gateway: RemoteGateway, clock: Clock) -> Iterator[FlaskClient]:
    """Return a browser at the application. That the gateway is there is all that the application needs."""
    del laaffic_gateway
    app = create_app(clock)
    with app.test_client() as browser:
        yield browser
    app.extensions["laaffic"].close()


def ask(web: FlaskClient, number: str = NUMBER) -> int:
    return web.post("/code", data={"number": number}).status_code


def sign_in(web: FlaskClient, code: str, number: str = NUMBER) -> int:
    return web.post("/sign-in", data={"number": number, "code": code}).status_code


def sent_code(gateway: RemoteGateway) -> str:
    [message] = gateway.assert_sent(to=NUMBER, times=1)
    return "".join(re.findall(r"\d{6}", message.content))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_that_is_sent_signs_in(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    assert ask(web) == 202
    assert sign_in(web, sent_code(laaffic_gateway)) == 200


def test_a_number_may_be_written_in_several_ways(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    assert ask(web, "+999 555-000-01") == 202
    assert sign_in(web, sent_code(laaffic_gateway), "+999 555 00001") == 200


def test_a_code_signs_in_once(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    ask(web)
    sign_in(web, sent_code(laaffic_gateway))
    assert sign_in(web, sent_code(laaffic_gateway)) == 401


def test_a_wrong_code_does_not_sign_in(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    ask(web)
    code = sent_code(laaffic_gateway)
    assert sign_in(web, wrong(code)) == 401
    assert sign_in(web, code) == 200


def test_after_some_wrong_guesses_the_right_code_is_no_longer_good(
    web: FlaskClient, laaffic_gateway: RemoteGateway
) -> None:
    ask(web)
    code = sent_code(laaffic_gateway)
    for _ in range(GUESSES):
        sign_in(web, wrong(code))
    assert sign_in(web, code) == 401


def test_an_expired_code_does_not_sign_in(web: FlaskClient, laaffic_gateway: RemoteGateway, clock: Clock) -> None:
    ask(web)
    clock.time += SECONDS_A_CODE_IS_GOOD
    assert sign_in(web, sent_code(laaffic_gateway)) == 401


def test_a_code_of_somebody_else_does_not_sign_in(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    ask(web)
    assert sign_in(web, sent_code(laaffic_gateway), "99955500002") == 401


def test_a_second_code_is_not_sent_at_once(web: FlaskClient, laaffic_gateway: RemoteGateway, clock: Clock) -> None:
    assert ask(web) == 202
    assert ask(web) == 429
    clock.time += SECONDS_BETWEEN_CODES
    assert ask(web) == 202
    laaffic_gateway.assert_sent(to=NUMBER, times=2)


def test_there_are_so_many_codes_in_an_hour_and_no_more(web: FlaskClient, clock: Clock) -> None:
    for _ in range(CODES_IN_AN_HOUR):
        assert ask(web) == 202
        clock.time += SECONDS_BETWEEN_CODES
    assert ask(web) == 429
    clock.time += 3600
    assert ask(web) == 202


@pytest.mark.parametrize("number", ["", "12", "my number", f"{NUMBER},99955500002"])
def test_what_is_no_number_is_not_sent_to(web: FlaskClient, laaffic_gateway: RemoteGateway, number: str) -> None:
    assert ask(web, number) == 400
    laaffic_gateway.assert_not_sent()


@pytest.mark.parametrize("number", REFUSED_NUMBERS)
def test_a_refused_number_is_to_be_checked(web: FlaskClient, laaffic_gateway: RemoteGateway, number: str) -> None:
    response = web.post("/code", data={"number": number})
    assert response.status_code == 422
    assert "check" in response.text
    laaffic_gateway.assert_not_sent()


def test_without_balance_the_operator_is_told_what_to_do(
    web: FlaskClient, laaffic_gateway: RemoteGateway, caplog: pytest.LogCaptureFixture
) -> None:
    laaffic_gateway.balance = 0
    assert ask(web) == 503
    assert "Top up the account" in caplog.text
    laaffic_gateway.balance = 1
    assert ask(web) == 202


def test_after_a_lost_response_nothing_is_sent_twice_and_the_code_works(
    web: FlaskClient, laaffic_gateway: RemoteGateway
) -> None:
    laaffic_gateway.fail_next("accept_then_drop")
    response = web.post("/code", data={"number": NUMBER})
    assert response.status_code == 202
    assert "may take a while" in response.text
    assert ask(web) == 429
    assert sign_in(web, sent_code(laaffic_gateway)) == 200


def test_without_a_connection_it_may_be_tried_again_at_once(web: FlaskClient, laaffic_gateway: RemoteGateway) -> None:
    laaffic_gateway.fail_next("refuse_connection", seconds=600)
    assert ask(web) == 503
    laaffic_gateway.clear()
    assert ask(web) == 202
    assert sign_in(web, sent_code(laaffic_gateway)) == 200


@pytest.mark.parametrize("fault", [None, "accept_then_drop", "http_500"])
def test_neither_number_nor_code_is_logged(
    web: FlaskClient, laaffic_gateway: RemoteGateway, caplog: pytest.LogCaptureFixture, fault: str | None
) -> None:
    caplog.set_level("DEBUG")
    if fault is not None:
        laaffic_gateway.fail_next(fault)
    ask(web)
    assert sent_code(laaffic_gateway) not in caplog.text
    assert NUMBER not in caplog.text
