"""The inbox in a browser: that it is safe, usable by everybody, and quick."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, Request, expect

import laaffic
from laaffic_mock import Gateway
from laaffic_mock._account import SAMPLE_APP
from support.asked import signed

AXE = Path(__file__).parents[2] / "tools/node_modules/axe-core/axe.min.js"
ALICE = "99955500001"
EVIL = "<img src=x onerror=window.e=1>"
VIEWS = ("Messages", "Requests", "Panel")


def post(gateway: Gateway, number: str) -> httpx2.Response:
    """Post a message whose every word is meant to harm who looks at it."""
    row = {"numbers": number, "content": f"Your code is 4711 {EVIL}", "senderId": EVIL, "orderId": EVIL}
    body = {"appId": SAMPLE_APP, "array": [row]}
    headers = {**signed(), "User-Agent": EVIL}
    return httpx2.post(f"{gateway.url}/v3/sendSms/batch", json=body, headers=headers, trust_env=False)


def furnish(gateway: Gateway, client: laaffic.Client) -> None:
    """Let something be seen in every view."""
    client.send_batch([laaffic.Message([ALICE, "99955500002"], "Your code is 4711", "Shop")])
    gateway.deliver(ALICE)
    gateway.deliver("99955500002", failed=True, reason="REJECTD")
    client.send_batch([laaffic.Message(ALICE, "Hello")])
    gateway.fail_next("accept_then_drop")
    with pytest.raises(laaffic.OutcomeUnknownError):
        client.send_batch([laaffic.Message(ALICE, "Hello")])
    gateway.configure(balance=0)
    with pytest.raises(laaffic.InsufficientBalanceError):
        client.send_batch([laaffic.Message(ALICE, "Hello")])
    gateway.fail_next("slow")


def test_what_came_is_only_text(page: Page, gateway: Gateway) -> None:
    post(gateway, ALICE)
    post(gateway, EVIL)
    expect(page.get_by_role("article")).to_contain_text(EVIL)
    expect(page.locator("#numbers")).to_contain_text(EVIL)
    page.get_by_role("searchbox").fill("<img")
    page.get_by_role("article").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("tab", name="Requests").click()
    expect(page.locator("#exchange")).to_contain_text(f"user-agent: {EVIL}", ignore_case=True)
    assert page.evaluate("window.e") is None
    assert page.evaluate("document.images.length") == 0


def test_nothing_comes_from_elsewhere(open_page: Any, gateway: Gateway, client: laaffic.Client) -> None:
    furnish(gateway, client)
    page = open_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.reload()
    expect(page.get_by_role("article").first).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith((gateway.url, "data:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(scheme: str, open_page: Any, gateway: Gateway, client: laaffic.Client) -> None:
    if not AXE.exists():
        pytest.skip("needs Node.js and tools/node_modules, which `make test` installs")
    furnish(gateway, client)
    page: Page = open_page(scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for view in (*VIEWS, "Help"):
        page.get_by_role("button" if view == "Help" else "tab", name=view).click()
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        assert [(view, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_the_dark_scheme_is_dark(open_page: Any) -> None:
    behind = [
        open_page(scheme).evaluate("getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")
    ]
    assert behind == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


def test_a_narrow_window_needs_no_scrolling_sideways(open_page: Any, gateway: Gateway, client: laaffic.Client) -> None:
    furnish(gateway, client)
    page = open_page(width=320)
    for view in VIEWS:
        page.get_by_role("tab", name=view).click()
        boxes = "[...document.querySelectorAll('html, .side, .main, #panel')]"
        wide = f"{boxes}.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.id || each.className)"
        assert page.evaluate(wide) == []


def test_everything_is_reached_with_the_keyboard(page: Page, client: laaffic.Client) -> None:
    client.send_batch([laaffic.Message(ALICE, "Your code is 4711")])
    expect(page.get_by_role("article")).to_have_count(1)
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
    assert {"search", "JSON", "Delete all", "Copy 4711", "Deliver", "Delete these"} <= seen
    page.get_by_role("tab", name="Messages").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Requests")).to_be_focused()
    expect(page.locator("#requests")).to_be_visible()


def test_ten_thousand_messages_have_few_elements(page: Page, client: laaffic.Client) -> None:
    count = 10_000
    rows = laaffic.Rows((f"999{index % 5000:08}", f"Your code is {index:05}") for index in range(count))
    for _ in client.send_many(rows):
        pass
    expect(page).to_have_title(f"({count}) laaffic inbox")
    elements = "document.querySelectorAll('*').length"
    assert page.evaluate(elements) < 1000
    numbers = page.locator("#numbers")
    expect(numbers.get_by_role("option").first).to_have_attribute("aria-setsize", "5000")
    numbers.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", "5000")
    expect(page.locator("#thread h2")).to_have_text("99900000000")
    assert page.evaluate(elements) < 1000


def test_a_long_conversation_has_few_elements(open_page: Any, client: laaffic.Client) -> None:
    count = 3000
    for _ in client.send_many(laaffic.Rows((ALICE, f"Message {index}") for index in range(count))):
        pass
    page = open_page()
    expect(page.get_by_role("article").last).to_contain_text(f"Message {count - 1}")
    expect(page.get_by_role("article").last).to_be_in_viewport(ratio=1)
    page.locator(".bubbles").evaluate("(box) => { box.scrollTop = 0; }")
    expect(page.get_by_role("article").first).to_have_attribute("aria-posinset", "1")
    assert page.evaluate("document.querySelectorAll('*').length") < 1000
