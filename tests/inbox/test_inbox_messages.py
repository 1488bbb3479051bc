"""The inbox in a browser: what somebody sees of messages, and does with them."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import laaffic
from laaffic_mock import Gateway

ALICE, BOB = "99955500001", "99955500002"


def clipboard(page: Page) -> Any:
    """Return what is in the clipboard."""
    return page.evaluate("navigator.clipboard.readText()")


def send(client: laaffic.Client, number: str, content: str, order_id: str = "", sender_id: str = "") -> str:
    """Send a message, and return its id."""
    message = laaffic.Message(number, content, sender_id, [order_id] if order_id else None)
    msg_id = client.send_batch([message]).accepted[0].msg_id
    assert msg_id is not None
    return msg_id


def test_a_message_is_seen_as_it_comes(page: Page, client: laaffic.Client) -> None:
    expect(page.get_by_text("No messages yet")).to_be_visible()
    send(client, ALICE, "Your code is 4711", "order-1", "Shop")
    bubble = page.get_by_role("article")
    expect(bubble).to_have_count(1)
    for shown in ("Your code is 4711", "from Shop", "queued", "GSM-7", "1 segment", "143 characters left", "order-1"):
        expect(bubble).to_contain_text(shown)
    expect(page).to_have_title("(1) laaffic inbox")


def test_a_message_that_was_there_before_is_seen(open_page: Any, client: laaffic.Client) -> None:
    send(client, ALICE, "您的验证码")
    bubble = open_page().get_by_role("article")
    expect(bubble).to_contain_text("UCS-2")
    expect(bubble).to_contain_text("65 characters left")


def test_a_code_is_copied_with_one_click(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "Your code is 123-456")
    page.get_by_role("button", name="Copy 123456").click()
    expect(page.get_by_text("Copied 123456")).to_be_visible()
    assert clipboard(page) == "123456"


def test_the_newest_code_is_copied_with_a_key(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "Your code is 1111")
    send(client, ALICE, "Your code is 2222")
    send(client, ALICE, "Thank you")
    expect(page.get_by_role("article")).to_have_count(3)
    page.keyboard.press("c")
    expect(page.get_by_text("Copied 2222")).to_be_visible()
    assert clipboard(page) == "2222"


def test_the_newest_number_is_followed_until_another_is_chosen(page: Page, client: laaffic.Client) -> None:
    number = page.locator("#thread h2")
    send(client, ALICE, "One")
    expect(number).to_have_text(ALICE)
    send(client, BOB, "Two")
    expect(number).to_have_text(BOB)
    page.get_by_role("option", name=ALICE).click()
    send(client, BOB, "Three")
    expect(page.get_by_role("option", name=BOB)).to_contain_text("2 messages")
    expect(number).to_have_text(ALICE)


@pytest.mark.parametrize("of", ["text", "number", "number as people write it", "order id", "message id"])
def test_a_message_is_found_by_its(of: str, page: Page, client: laaffic.Client) -> None:
    msg_id = send(client, ALICE, "Blue parcel", "order-1")
    send(client, BOB, "Red parcel", "order-2")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("/")
    written = {"text": "bLUE", "number": ALICE, "number as people write it": "+999 555-00001"}
    page.keyboard.insert_text({**written, "order id": "order-1", "message id": msg_id}[of])
    expect(page.get_by_text("1 message found")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Blue parcel")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(2)


def test_what_the_mock_would_delete_is_seen_to_be_found(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "Lange Straße 1")
    page.get_by_role("searchbox").fill("STRASSE")
    expect(page.get_by_text("1 message found")).to_be_visible()
    page.get_by_role("button", name="Delete found").click()
    expect(page.get_by_role("dialog", name="Delete 1 message?")).to_be_visible()


def test_of_a_conversation_what_was_found_can_be_deleted(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "K\u0131rm\u0131z\u0131")
    page.get_by_role("searchbox").fill("\u0131")
    page.get_by_role("button", name="Delete these").click()
    expect(page.get_by_role("dialog", name="Delete 1 message?")).to_be_visible()


def test_a_message_is_delivered(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    send(client, ALICE, "Hello")
    page.get_by_role("button", name="Deliver", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("succeeded")
    assert gateway.messages[0].state == "succeeded"


def test_a_message_fails_with_a_reason(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    send(client, ALICE, "Hello")
    page.get_by_role("button", name="Fail…", exact=True).click()
    page.get_by_label("Reason").fill("REJECTD")
    page.get_by_role("button", name="Fail", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("failed (REJECTD)")
    assert gateway.messages[0].reason == "REJECTD"


def test_a_report_is_pushed_again(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    reports: list[Any] = []
    gateway.push_reports_to(reports.append)
    send(client, ALICE, "Hello")
    page.get_by_role("button", name="Deliver", exact=True).click()
    page.get_by_role("button", name="Push again").click()
    expect(page.locator(".log tbody tr")).to_have_count(2)
    assert [report["mobile"] for report in reports] == [ALICE, ALICE]


def test_nothing_is_deleted_before_somebody_says_so(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    send(client, ALICE, "Hello")
    page.get_by_role("button", name="Delete all").click()
    expect(page.get_by_role("dialog", name="Delete 1 message?")).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(gateway.messages) == 1


def test_one_message_is_deleted(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    send(client, ALICE, "One")
    send(client, ALICE, "Two")
    page.get_by_role("article").filter(has_text="One").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("feed")).to_be_focused()
    assert [message.content for message in gateway.messages] == ["Two"]


def test_what_was_found_is_deleted(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    for number, content in ((ALICE, "Blue one"), (BOB, "Blue two"), (BOB, "Red")):
        send(client, number, content)
    expect(page).to_have_title("(3) laaffic inbox")
    page.get_by_role("searchbox").fill("blue")
    page.get_by_role("button", name="Delete found").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 messages")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_title("(1) laaffic inbox")
    assert [message.content for message in gateway.messages] == ["Red"]


@pytest.mark.parametrize("kind", ["JSON", "CSV"])
def test_what_was_found_is_downloaded(kind: str, page: Page, client: laaffic.Client, tmp_path: Path) -> None:
    send(client, ALICE, "Blue parcel")
    send(client, BOB, "Red parcel")
    expect(page.get_by_role("option")).to_have_count(2)
    page.get_by_role("searchbox").fill("red")
    with page.expect_download() as download:
        page.get_by_role("link", name=kind).click()
    file = tmp_path / "messages"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    assert "Red parcel" in text
    assert "Blue parcel" not in text
    if kind == "JSON":
        json.loads(text)


def test_keys_go_from_number_to_number(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "One")
    send(client, BOB, "Two")
    number = page.locator("#thread h2")
    expect(number).to_have_text(BOB)
    page.keyboard.press("j")
    expect(number).to_have_text(ALICE)
    page.keyboard.press("k")
    expect(number).to_have_text(BOB)
    page.get_by_role("listbox", name="Numbers").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text(ALICE)


def test_the_end_of_the_search_leaves_the_focus_where_it_is(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "Blue parcel")
    page.get_by_role("searchbox").fill("blue")
    delete = page.get_by_role("button", name="Delete", exact=True)
    delete.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Blue", exact=True)).to_have_count(0)  # it is marked no more
    expect(delete).to_be_focused()


def test_a_message_that_has_the_focus_is_read_out(page: Page, client: laaffic.Client) -> None:
    send(client, ALICE, "Your code is 4711")
    expect(page.get_by_role("article")).to_have_accessible_description("Your code is 4711")


def test_what_is_typed_is_no_key(page: Page) -> None:
    page.get_by_role("searchbox").press_sequentially("jck?/")
    expect(page.get_by_role("searchbox")).to_have_value("jck?/")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_keys_are_explained_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("copy the newest code")
    page.get_by_label("single keys").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_it_connects_again(page: Page, client: laaffic.Client, gateway: Gateway, console: list[str]) -> None:
    gateway.fail_next("refuse_connection", seconds=2)
    expect(page.get_by_text("connection lost")).to_be_visible()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    send(client, ALICE, "Hello again")
    expect(page.get_by_role("article")).to_contain_text("Hello again")
    console.clear()  # the browser says that it could not connect


def test_on_a_narrow_window_there_is_a_way_back(open_page: Any, client: laaffic.Client) -> None:
    send(client, ALICE, "Hello")
    page = open_page(width=360)
    expect(page.get_by_role("article")).to_be_hidden()
    page.get_by_role("option").click()
    expect(page.get_by_role("article")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("listbox", name="Numbers")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_be_visible()
