"""The shop's views, on a gateway that sends nothing."""

# ruff: noqa: S101, PLR2004 -- tests assert, and the numbers are HTTP statuses

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django_shop.codes import CODES_IN_AN_HOUR, GUESSES
from django_shop.models import Report
from pytest_django import Settings

from laaffic_mock import RemoteGateway

NUMBER = "99955500001"
TOKEN = "q7Jw2nVxT9c4"  # noqa: S105  # of these tests
REPORT = {"appId": "4luaKsL2", "msgid": "2207201629421000001", "mobile": NUMBER, "status": 1, "reason": "UNDELIV"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new(laaffic_gateway: RemoteGateway, settings: Settings) -> Iterator[None]:
    """Let every test send to the gateway, and begin with no codes."""
    del laaffic_gateway  # that it is there is enough
    settings.REPORTS_TOKEN = TOKEN
    cache.clear()
    yield
    cache.clear()


def ask(client: Client, number: str = NUMBER) -> int:
    return int(client.post("/code", {"number": number}).status_code)


def sign_in(client: Client, code: str) -> int:
    return int(client.post("/sign-in", {"number": NUMBER, "code": code}).status_code)


def push(client: Client, body: str, token: str = TOKEN) -> int:
    return int(client.post(f"/reports/{token}", body, content_type="application/json").status_code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_that_is_sent_signs_in_once(client: Client, laaffic_gateway: RemoteGateway) -> None:
    assert ask(client, "+999 555-000-01") == 202
    [code] = laaffic_gateway.codes(to=NUMBER)
    assert sign_in(client, code) == 200
    assert client.session["number"] == NUMBER
    assert sign_in(client, code) == 401


def test_after_some_wrong_guesses_no_code_is_good(client: Client, laaffic_gateway: RemoteGateway) -> None:
    ask(client)
    [code] = laaffic_gateway.codes(to=NUMBER)
    for _ in range(GUESSES):
        assert sign_in(client, wrong(code)) == 401
    assert sign_in(client, code) == 401


def test_a_second_code_is_not_sent_at_once(client: Client, laaffic_gateway: RemoteGateway) -> None:
    assert ask(client) == 202
    assert ask(client) == 429
    laaffic_gateway.assert_sent(to=NUMBER, times=1)


def test_there_are_so_many_codes_in_an_hour_and_no_more(client: Client) -> None:
    for _ in range(CODES_IN_AN_HOUR):
        assert ask(client) == 202
        cache.delete(f"pause:{NUMBER}")
    assert ask(client) == 429


def test_what_is_no_number_is_not_sent_to(client: Client, laaffic_gateway: RemoteGateway) -> None:
    assert ask(client, "my number") == 400
    assert laaffic_gateway.requests == 0


def test_a_rejected_number_is_to_be_checked(client: Client) -> None:
    assert ask(client, "99900300001") == 422  # a magic number: it is not taken


def test_without_balance_the_log_says_what_to_do(
    client: Client, laaffic_gateway: RemoteGateway, caplog: pytest.LogCaptureFixture
) -> None:
    laaffic_gateway.balance = 0
    assert ask(client) == 503
    assert "Top up the account" in caplog.text
    laaffic_gateway.balance = 1
    assert ask(client) == 202


def test_after_a_lost_response_nothing_is_sent_twice_and_the_code_works(
    client: Client, laaffic_gateway: RemoteGateway
) -> None:
    laaffic_gateway.fail_next("accept_then_drop")
    response = client.post("/code", {"number": NUMBER})
    assert "may take a while" in response.content.decode()
    assert ask(client) == 429
    [code] = laaffic_gateway.codes(to=NUMBER)
    assert sign_in(client, code) == 200


def test_a_form_of_another_site_sends_nothing(laaffic_gateway: RemoteGateway) -> None:
    assert ask(Client(enforce_csrf_checks=True)) == 403
    assert laaffic_gateway.requests == 0


def test_a_report_that_is_pushed_twice_is_noted_once(client: Client) -> None:
    assert push(client, json.dumps(REPORT)) == push(client, json.dumps(REPORT)) == 200
    [report] = Report.objects.all()
    assert (report.msg_id, report.state, report.reason) == (REPORT["msgid"], "failed", "UNDELIV")


@pytest.mark.parametrize("body", ["", "[]", "{}", json.dumps(REPORT | {"msgid": "1" * 65})])
def test_what_is_no_report_is_refused(client: Client, body: str) -> None:
    assert push(client, body) == 400
    assert not Report.objects.exists()


@pytest.mark.parametrize("configured", [TOKEN, ""])
def test_whoever_does_not_know_the_path_pushes_nothing(client: Client, settings: Settings, configured: str) -> None:
    settings.REPORTS_TOKEN = configured
    assert push(client, json.dumps(REPORT), "another") == 404
    assert not Report.objects.exists()
