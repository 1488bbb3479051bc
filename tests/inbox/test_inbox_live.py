"""The inbox in a browser: it shows what the mock has, whatever happens while it reads, and does not ask too often."""

import httpx2
from playwright.sync_api import Page, Route, expect

import laaffic
from laaffic_mock import Gateway
from support.asked import signed

ALICE, BOB = "99955500001", "99955500002"
COUNTING = """
window.came = { message: 0, cleared: 0, push: 0 };
window.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    for (const name of Object.keys(came)) this.addEventListener(name, () => { came[name] += 1; });
  }
};
"""


def wait_until(page: Page, true: str) -> None:
    """Wait until something is true in the page, whose policy lets no other way look at it again and again."""
    while not page.evaluate(true):
        pass


class Held:
    """Lets questions of the page wait for their responses until they are let go."""

    def __init__(self, page: Page, url: str) -> None:
        self.routes: list[Route] = []
        self._page = page
        self._open = False
        page.route(url, lambda route: route.continue_() if self._open else self.routes.append(route))

    def wait(self) -> None:
        """Wait until there is a question."""
        while not self.routes:
            self._page.evaluate("null")  # the browser tells of it meanwhile

    def let_go(self) -> None:
        """Let the questions go on, and all that are to come."""
        self._open = True
        for route in self.routes:
            route.continue_()


def test_what_was_cleared_while_it_read_does_not_come_back(
    page: Page, client: laaffic.Client, gateway: Gateway
) -> None:
    held = Held(page, "**/_mock/settings")
    page.add_init_script(COUNTING)
    page.reload()
    held.wait()
    client.send_batch([laaffic.Message(ALICE, "Hello")])
    gateway.clear()
    wait_until(page, "came.message && came.cleared")
    held.let_go()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    client.send_batch([laaffic.Message(BOB, "Hello")])
    expect(page.get_by_role("option", name=BOB)).to_be_visible()
    assert page.title() == "(1) laaffic inbox"


def test_a_mock_that_was_started_again_counts_its_requests_anew(
    page: Page, gateway: Gateway, console: list[str]
) -> None:
    def post(url: str, content: bytes) -> None:
        httpx2.post(f"{url}/v3/sendSms/batch", content=content, headers=signed(), trust_env=False)

    post(gateway.url, b"{")
    page.get_by_role("tab", name="Requests").click()
    request = page.locator("#exchange")
    expect(request).to_contain_text("JSON in UTF-8")
    gateway.close()
    with Gateway(port=int(gateway.url.rpartition(":")[2])) as another:
        post(another.url, b"[]")
        expect(request).to_contain_text("an object")
        expect(page.locator("#exchanges")).to_contain_text("a field: a list of 0")
    console.clear()  # the browser says that it could not connect


def test_a_thousand_pushes_are_not_a_thousand_questions(page: Page, client: laaffic.Client, gateway: Gateway) -> None:
    page.add_init_script(COUNTING)
    page.reload()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    held = Held(page, "**/_mock/pushes")
    gateway.push_reports_to(lambda _: None)
    client.send_batch([laaffic.Message([f"999555{index:05}" for index in range(50)], "Hello")])
    gateway.advance(60)
    wait_until(page, "came.push === 50")
    assert len(held.routes) == 1
    held.let_go()
    page.get_by_role("tab", name="Panel").click()
    expect(page.get_by_text("50 pushed, 0 failed, 0 waiting")).to_be_visible()


def test_what_has_not_changed_is_not_read_out_again(page: Page, client: laaffic.Client) -> None:
    page.get_by_role("tab", name="Panel").click()
    expect(page.get_by_text("Nothing is armed.")).to_be_visible()
    page.evaluate("""() => {
        window.said = [];
        const observer = new MutationObserver((all) => said.push(...all.map(({ target }) => target.textContent)));
        for (const each of document.querySelectorAll("[role=status]")) {
            observer.observe(each, { childList: true, characterData: true, subtree: true });
        }
    }""")
    client.send_batch([laaffic.Message(ALICE, "Hello")])
    expect(page).to_have_title("(1) laaffic inbox")
    assert page.evaluate("said") == []


def test_what_comes_while_it_reads_is_counted(page: Page, client: laaffic.Client) -> None:
    def send(requests: int) -> None:
        for _ in range(requests):
            client.send_batch([laaffic.Message([ALICE] * 1000, "Hello")])

    send(20)
    held = Held(page, "**/_mock/messages?offset=*")
    page.reload()
    held.wait()
    send(1)
    held.let_go()
    expect(page.get_by_text("1000 older ones are only in the downloads")).to_be_visible()
