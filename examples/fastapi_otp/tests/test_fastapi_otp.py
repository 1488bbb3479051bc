"""Signing in with a code, on a gateway that sends nothing."""

# ruff: noqa: S101, PLR2004 -- tests assert, and the numbers are HTTP statuses

import json
from collections.abc import Iterator

import fastapi_otp
import pytest
from fastapi.testclient import TestClient
from fastapi_otp import CODES_IN_AN_HOUR, GUESSES, app

from laaffic_mock import RemoteGateway

NUMBER = "99955500001"
TOKEN = "q7Jw2nVxT9c4"  # noqa: S105  # of these tests


@pytest.fixture
def web(laaffic_gateway: RemoteGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Return a browser at the application, which starts when the gateway is there, and ends with the test."""
    del laaffic_gateway
    monkeypatch.setenv("REPORTS_TOKEN", TOKEN)
    with TestClient(app) as browser:
        yield browser


def ask(web: TestClient, number: str = NUMBER) -> int:
    return web.post("/code", json={"number": number}).status_code


def sign_in(web: TestClient, code: str) -> int:
    return web.post("/sign-in", json={"number": NUMBER, "code": code}).status_code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_that_is_sent_signs_in_once(web: TestClient, laaffic_gateway: RemoteGateway) -> None:
    assert ask(web, "+999 555-000-01") == 202
    [code] = laaffic_gateway.codes(to=NUMBER)
    assert sign_in(web, code) == 200
    assert sign_in(web, code) == 401


def test_after_some_wrong_guesses_no_code_is_good(web: TestClient, laaffic_gateway: RemoteGateway) -> None:
    ask(web)
    [code] = laaffic_gateway.codes(to=NUMBER)
    for _ in range(GUESSES):
        assert sign_in(web, wrong(code)) == 401
    assert sign_in(web, code) == 401


def test_a_second_code_is_not_sent_at_once(web: TestClient, laaffic_gateway: RemoteGateway) -> None:
    assert ask(web) == 202
    assert ask(web) == 429
    laaffic_gateway.assert_sent(to=NUMBER, times=1)


def test_there_are_so_many_codes_in_an_hour_and_no_more(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastapi_otp, "SECONDS_BETWEEN_CODES", 0)
    for _ in range(CODES_IN_AN_HOUR):
        assert ask(web) == 202
    assert ask(web) == 429


def test_what_is_no_number_is_not_sent_to(web: TestClient, laaffic_gateway: RemoteGateway) -> None:
    assert ask(web, "my number") == 400
    assert laaffic_gateway.requests == 0


def test_a_form_of_another_site_sends_nothing(web: TestClient, laaffic_gateway: RemoteGateway) -> None:
    form = {"Content-Type": "text/plain"}  # which a page may post without asking; JSON it may not
    response = web.post("/code", content=json.dumps({"number": NUMBER}), headers=form)
    assert response.status_code == 422
    assert laaffic_gateway.requests == 0


def test_a_rejected_number_is_to_be_checked(web: TestClient) -> None:
    assert ask(web, "99900300001") == 422  # a magic number: it is not taken


def test_without_balance_the_log_says_what_to_do(
    web: TestClient, laaffic_gateway: RemoteGateway, caplog: pytest.LogCaptureFixture
) -> None:
    laaffic_gateway.balance = 0
    assert ask(web) == 503
    assert "Top up the account" in caplog.text
    laaffic_gateway.balance = 1
    assert ask(web) == 202


def test_after_a_lost_response_nothing_is_sent_twice_and_the_code_works(
    web: TestClient, laaffic_gateway: RemoteGateway
) -> None:
    laaffic_gateway.fail_next("accept_then_drop")
    assert "may take a while" in web.post("/code", json={"number": NUMBER}).json()["message"]
    assert ask(web) == 429
    [code] = laaffic_gateway.codes(to=NUMBER)
    assert sign_in(web, code) == 200


def test_a_report_that_the_gateway_pushes_is_taken(
    web: TestClient, laaffic_gateway: RemoteGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "fastapi_otp")
    taken = []
    laaffic_gateway.push_reports_to(lambda report: taken.append(web.post(f"/reports/{TOKEN}", json=report).status_code))
    ask(web)
    [message] = laaffic_gateway.deliver(NUMBER, failed=True)
    laaffic_gateway.wait_for_pushes()
    assert taken == [200]
    assert f"message {message.msg_id!r}: failed" in caplog.text


@pytest.mark.parametrize("body", ["", "[]", "{}"])
def test_what_is_no_report_is_refused(web: TestClient, body: str) -> None:
    assert web.post(f"/reports/{TOKEN}", content=body).status_code == 400


@pytest.mark.parametrize("configured", [TOKEN, ""])
def test_whoever_does_not_know_the_path_pushes_nothing(
    web: TestClient, monkeypatch: pytest.MonkeyPatch, configured: str
) -> None:
    monkeypatch.setenv("REPORTS_TOKEN", configured)
    assert web.post("/reports/another", content='{"msgid":"1","status":0}').status_code == 404
