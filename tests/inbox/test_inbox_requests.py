"""The inbox in a browser: requests that were refused or met a fault, and the panel on which faults are armed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

import laaffic
from inbox.conftest import OpenPage
from laaffic_mock import Gateway, Prism
from laaffic_mock._account import SAMPLE_APP, SAMPLE_SECRET
from support.asked import signed, stricter_contract

ALICE = "99955500001"
PATH = "/v3/sendSms/batch"
HELLO = [laaffic.Message(ALICE, "Hello")]


@pytest.fixture
def prism(gateway: Gateway) -> Iterator[Prism]:
    """Return a Prism before the gateway."""
    with Prism(upstream=gateway.url) as prism:
        yield prism


@pytest.fixture
def stricter(gateway: Gateway, tmp_path: Path) -> Iterator[Prism]:
    """Return a Prism before the gateway, of whose responses it takes none."""
    with Prism(stricter_contract(tmp_path), upstream=gateway.url) as prism:
        yield prism


def view(page: Page, name: str) -> None:
    """Show one of the three views."""
    page.get_by_role("tab", name=name).click()


def test_a_refused_request_says_which_rule_it_broke(page: Page, gateway: Gateway) -> None:
    client = laaffic.Client(base_url=gateway.url, api_secret="another-secret")
    with client, pytest.raises(laaffic.LaafficError):
        client.send_batch(HELLO)
    expect(page).to_have_title("(0, 1 refused) laaffic inbox")
    view(page, "Requests")
    request = page.locator("#exchange")
    expect(request).to_contain_text("refused -1")
    expect(request).to_contain_text("the signature")
    expect(request).to_contain_text('MD5("bDqJFiq9" + <secret> + "')
    expect(request).to_contain_text("Remedy")
    request.get_by_role("button", name="Copy: laaffic explain signature").click()
    expect(page.get_by_text("Copied command")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "laaffic explain signature"
    assert SAMPLE_SECRET not in page.content()
    assert not re.search("Sign: [0-9a-f]{5}", page.content(), re.IGNORECASE)


def test_what_prism_refused_is_shown_with_its_reason(prism: Prism, open_page: OpenPage) -> None:
    page = open_page(url=prism.url)
    body = {"appid": SAMPLE_APP, "array": [{"numbers": ALICE, "content": "Hello"}]}
    headers = signed()
    assert httpx2.post(f"{prism.url}{PATH}", json=body, headers=headers, trust_env=False).status_code == 422
    expect(page).to_have_title("(0, 1 refused) laaffic inbox")
    view(page, "Requests")
    request = page.locator("#exchange")
    for shown in ("refused HTTP 422", "the contract", "the body", "no appId, but appid", "the fields appId, array"):
        expect(request).to_contain_text(shown)
    expect(request.get_by_role("region", name="Body of the request")).to_contain_text('"appid"')
    expect(request.get_by_role("region", name="Body of the response")).to_contain_text("UNPROCESSABLE_ENTITY")
    assert headers["Sign"] not in page.content()


def test_every_place_that_breaks_the_contract_is_shown(prism: Prism, open_page: OpenPage) -> None:
    page = open_page(url=prism.url)
    body = {"appId": SAMPLE_APP, "array": [{"numbers": ALICE, "content": ""}, {"numbers": "", "content": "Hello"}]}
    httpx2.post(f"{prism.url}{PATH}", json=body, headers=signed(), trust_env=False)
    view(page, "Requests")
    for place in ("array[0].content", "array[1].numbers"):
        expect(page.locator("#exchange dl")).to_contain_text(place)


def test_without_a_message_the_first_view_leads_to_what_was_refused(page: Page, gateway: Gateway) -> None:
    first = page.locator("#no-numbers")
    expect(first).to_contain_text("Point your application at this mock")
    httpx2.post(f"{gateway.url}{PATH}", json={}, headers=signed(), trust_env=False)
    expect(first).to_contain_text("No messages yet; 1 request was refused.")
    expect(first.get_by_text("Point your application")).to_be_hidden()
    first.get_by_role("button", name="Show it").click()
    expect(page.locator("#exchange")).to_contain_text("no appId, array")


def test_without_a_message_the_first_view_counts_those_that_met_a_fault(page: Page, gateway: Gateway) -> None:
    gateway.fail_next("http_503", times=2)
    for _ in range(2):
        httpx2.post(f"{gateway.url}{PATH}", json={}, headers=signed(), trust_env=False)
    httpx2.post(f"{gateway.url}/elsewhere", trust_env=False)
    first = page.locator("#no-numbers")
    expect(first.get_by_role("button", name="Show them")).to_be_visible()


def test_who_asked_in_vain_for_nothing_wrong_is_not_told_where_to_point(page: Page, client: laaffic.Client) -> None:
    client.get_balance()
    expect(page.locator("#no-numbers")).to_contain_text("No messages yet.")
    expect(page.get_by_text("Point your application")).to_be_hidden()


def test_what_prism_made_of_a_response_is_shown(stricter: Prism, open_page: OpenPage) -> None:
    page = open_page(url=stricter.url)
    view(page, "Requests")
    with laaffic.Client(base_url=stricter.url) as client, pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch(HELLO)
    request = page.locator("#exchange")
    expect(request).to_contain_text("accepted")
    expect(request).to_contain_text("What the client got instead")
    expect(request).to_contain_text("HTTP 500 from Prism")
    expect(page).to_have_title("(1) laaffic inbox")


def test_a_lost_answer_is_armed_and_seen(page: Page, client: laaffic.Client) -> None:
    view(page, "Panel")
    page.get_by_role("button", name="Arm accept_then_drop once").click()
    expect(page.get_by_text("Armed now: accept_then_drop.")).to_be_visible()
    with pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch(HELLO)
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    expect(page.locator("[data-fault=accept_then_drop] .used")).to_have_text("1")
    view(page, "Requests")
    request = page.locator("#exchange")
    expect(request).to_contain_text("fault accept_then_drop")
    expect(request).to_contain_text("There was no response.")
    expect(request).to_contain_text("laaffic explain accept_then_drop")
    request.get_by_role("button", name=re.compile("^[0-9]+$")).click()
    expect(page.get_by_role("article")).to_contain_text("Hello")


def test_a_message_leads_to_its_request(page: Page, client: laaffic.Client) -> None:
    client.send_batch(HELLO)
    page.get_by_role("button", name="Request", exact=True).click()
    request = page.locator("#exchange")
    expect(request).to_contain_text("accepted")
    expect(request.get_by_role("heading", level=2)).to_be_focused()
    expect(request.get_by_role("region", name="Body of the request")).to_contain_text('"Hello"')
    expect(request.get_by_role("region", name="Body of the response")).to_contain_text('"0"')


def test_requests_are_filtered(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    client.send_batch(HELLO)
    gateway.fail_next("http_500")
    with pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch(HELLO)
    gateway.balance = 0
    with pytest.raises(laaffic.InsufficientBalanceError):
        client.send_batch(HELLO)
    view(page, "Requests")
    rows = page.locator("#requests").get_by_role("option")
    for name, count in (("In trouble", 2), ("Refused", 1), ("Faulty", 1), ("All", 3)):
        page.get_by_role("radio", name=name).check()
        expect(rows).to_have_count(count)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#exchange")).to_contain_text("fault http_500")


def test_a_fault_is_armed_several_times_and_disarmed(page: Page, gateway: Gateway, client: laaffic.Client) -> None:
    view(page, "Panel")
    page.get_by_role("combobox", name="Fault").select_option("too_frequent")
    page.get_by_label("Times", exact=True).fill("3")
    page.get_by_role("button", name="Arm", exact=True).click()
    expect(page.get_by_text("Armed now: too_frequent 3 times.")).to_be_visible()
    page.get_by_role("button", name="Disarm all").click()
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    client.send_batch(HELLO)
    gateway.assert_sent(to=ALICE)


def test_connections_are_refused_from_the_table_and_the_page_says_so(
    page: Page, gateway: Gateway, console: list[str]
) -> None:
    view(page, "Panel")
    page.get_by_label("Seconds", exact=True).first.fill("3600")
    page.get_by_role("combobox", name="Fault").select_option("refuse_connection")
    page.get_by_role("button", name="Arm", exact=True).click()
    expect(page.get_by_text("connections are refused, as ordered")).to_be_visible()
    expect(page.locator("#armed-now")).to_contain_text("Connections are refused just now (refuse_connection)")
    gateway.close()
    console.clear()  # the browser says that it could not connect


def test_refused_connections_have_a_row_among_the_faults(page: Page) -> None:
    view(page, "Panel")
    row = page.locator("[data-fault=refuse_connection]")
    expect(row).to_contain_text("stops listening for some seconds")
    expect(row.get_by_role("button", name="Arm refuse_connection once")).to_be_visible()
    expect(row.get_by_role("spinbutton")).to_have_count(0)


def test_without_a_connection_nothing_is_claimed_of_what_is_armed(
    page: Page, gateway: Gateway, console: list[str]
) -> None:
    view(page, "Panel")
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    gateway.close()
    expect(page.get_by_text("what is armed is not known")).to_be_visible()
    console.clear()  # the browser says that it could not connect


def test_the_panel_says_how_the_secret_is_set(page: Page, gateway: Gateway) -> None:
    view(page, "Panel")
    command = page.get_by_role("region", name="How to set the secret")
    expect(command).to_contain_text(f"{gateway.url}/_mock/settings")
    expect(command).to_contain_text('"api_secret"')
    assert SAMPLE_SECRET not in page.content()


def test_the_page_links_to_the_contract(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Contract").click()
    expect(opened.value.get_by_text("operationId: sendBatch")).to_be_visible()


def test_a_fault_comes_by_chance(page: Page, client: laaffic.Client) -> None:
    view(page, "Panel")
    page.get_by_label("Chance of accept_then_drop").fill("1")
    page.get_by_label("Seed of chance").fill("7")
    page.get_by_role("button", name="Set chances").click()
    expect(page.get_by_text("Armed now: accept_then_drop with 100%.")).to_be_visible()
    with pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch(HELLO)
    expect(page.locator("[data-fault=accept_then_drop] .used")).to_have_text("1")


def test_the_account_is_changed(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    view(page, "Panel")
    page.get_by_label("Balance").fill("0")
    page.get_by_label("Sensitive words").fill("bogus\nphishing")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert gateway.balance == 0
    with pytest.raises(laaffic.LaafficError, match="-3"):
        client.send_batch([laaffic.Message(ALICE, "No phishing here")])


def test_what_somebody_types_is_not_overwritten(page: Page, gateway: Gateway) -> None:
    view(page, "Panel")
    page.get_by_label("Balance").fill("12")
    gateway.configure(balance=5, words=["bogus"])
    expect(page.get_by_label("Sensitive words")).to_have_value("bogus")
    expect(page.get_by_label("Balance")).to_have_value("12")


def test_a_chance_that_somebody_types_is_kept_until_it_is_set(
    page: Page, gateway: Gateway, client: laaffic.Client
) -> None:
    view(page, "Panel")
    page.get_by_label("Chance of accept_then_drop").fill("0.5")
    page.get_by_label("Seed of chance").fill("7")
    gateway.clear()
    client.send_batch(HELLO)
    expect(page).to_have_title("(1) laaffic inbox")
    page.get_by_label("Chance of slow").fill("0.25")
    page.get_by_role("button", name="Set chances").click()
    expect(page.get_by_text("Armed now: accept_then_drop with 50%, slow with 25%.")).to_be_visible()
    page.get_by_role("button", name="Disarm all").click()
    expect(page.get_by_label("Chance of slow")).to_have_value("")


def test_the_mock_says_what_does_not_fit(page: Page, console: list[str]) -> None:
    view(page, "Panel")
    page.get_by_label("URL").fill("http://elsewhere.example/reports")
    page.get_by_role("button", name="Push there").click()
    expect(page.get_by_text("The mock refused that (HTTP 400)")).to_be_visible()
    console.clear()  # the browser says that the response was a 400


def test_reports_are_pushed_and_logged(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    reports: list[Any] = []
    gateway.push_reports_to(reports.append)
    view(page, "Panel")
    client.send_batch(HELLO)
    page.get_by_label("Seconds", exact=True).nth(1).fill("2")
    page.get_by_role("button", name="Advance").click()
    log = page.get_by_role("region", name="Log of pushes")
    expect(log).to_contain_text("taken")
    expect(log).to_contain_text(str(gateway.messages[0].msg_id))


def test_everything_is_cleared(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    client.send_batch(HELLO)
    gateway.fail_next("slow")
    expect(page).to_have_title("(1) laaffic inbox")
    view(page, "Panel")
    page.get_by_role("button", name="Clear everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    expect(page).to_have_title("(0) laaffic inbox")
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    assert gateway.messages == []
