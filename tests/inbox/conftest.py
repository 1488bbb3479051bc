"""For each test a gateway of its own, and its page in a browser's context of its own, whose console stays empty."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import laaffic
from laaffic_mock import Gateway
from support.chromium import NO_CHROMIUM, chromium, started_chromium

expect.set_options(timeout=20_000)  # milliseconds, for a machine that has much else to do

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser; another module's tests may need an event loop, so each module has its own."""
    program = chromium()
    if program is None:
        pytest.skip(NO_CHROMIUM)
    with started_chromium(program) as browser:
        yield browser


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Return a gateway in which nothing is delivered by itself."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[laaffic.Client]:
    """Return a client of the gateway."""
    with laaffic.Client(base_url=gateway.url) as client:
        yield client


@pytest.fixture
def console() -> list[str]:
    """Return what the browser's console said; a test that makes it speak clears it."""
    return []


@pytest.fixture
def open_page(browser: Browser, gateway: Gateway, console: list[str]) -> Iterator[OpenPage]:
    """Return a function that opens the page: in a scheme, in a window of some width, at an address."""
    contexts = []

    def open_page(scheme: str = "light", width: int = 1280, url: str = gateway.url) -> Page:
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800}
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: console.append(message.text))
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(url)
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert console == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Return the page."""
    return open_page()
