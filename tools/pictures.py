"""Make the pictures in docs/ anew, from the mock: `make pictures`.

One is `laaffic campaign status --watch`, of a real campaign. The other one is the page of the mock in Chromium, at a
fixed time, with a request that was refused and one that met a fault; without Chromium it stays as it is.
"""

import io
import os
import re
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

import httpx2
from playwright.sync_api import Page, ViewportSize, expect
from rich.console import Console

import laaffic
from laaffic_campaigns import Ledger, Status
from laaffic_cli.jobs.running.watching import _drawn
from laaffic_mock import AcceptedMessage, Gateway, environment_for
from support.chromium import NO_CHROMIUM, chromium, started_chromium

DOCS = Path(__file__).resolve().parent.parent / "docs"
CAMPAIGN, INBOX = DOCS / "campaign-watch.svg", DOCS / "inbox.png"
RECIPIENTS, SHOWN_AT = 12_000, 7600
NOT_TAKEN = "99900300001"  # a magic number
OPENED = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
SIZE: ViewportSize = {"width": 1080, "height": 432}
SHADES = " ".join(f"{shade / 31:.3f}" for shade in range(32))  # of each colour, so that the picture is small
FEW = "".join(f'<feFunc{colour} type="discrete" tableValues="{SHADES}"/>' for colour in "RGB")
ABOVE_EACH_OTHER = f"""\
<!doctype html>
<style>
body {{ margin: 0 }}
img {{ display: block; border-bottom: 2px solid #888; filter: url(#few) }}
svg {{ position: absolute; width: 0; height: 0 }}
</style>
<svg><filter id="few" color-interpolation-filters="sRGB"><feComponentTransfer>{FEW}</feComponentTransfer></filter></svg>
"""
FONTS = re.compile(r"@font-face \{[^}]*\}\s*")  # rich would load them from outside


def status_in_the_middle() -> Status:
    """Run a campaign, and look at it from elsewhere while a request is in flight."""
    seen: list[Status] = []
    accepted = 0

    def look(message: AcceptedMessage) -> None:
        nonlocal accepted
        del message
        accepted += 1
        if accepted == SHOWN_AT:
            with Ledger(address) as elsewhere:
                seen.append(elsewhere.campaign("spring").status())

    with tempfile.TemporaryDirectory() as folder, Gateway(on_accepted=look) as gateway:
        address = f"sqlite:///{folder}/spring.db"
        os.environ.update(environment_for(gateway.url))
        numbers = [f"9995550{at:05d}" for at in range(RECIPIENTS)]
        numbers[100::900] = [NOT_TAKEN] * len(numbers[100::900])
        with Ledger(address) as ledger, laaffic.Client() as client:
            campaign = ledger.create("spring", [(number, "Spring is here") for number in numbers])
            gateway.fail_next("accept_then_drop")
            campaign.run(client)
    return seen[0]


def picture_of_a_campaign() -> None:
    console = Console(record=True, width=72, file=io.StringIO())
    console.print("$ laaffic campaign status customers.csv --watch\n", highlight=False)
    console.print(_drawn(status_in_the_middle()))
    drawn = console.export_svg(title="laaffic campaign status --watch", unique_id="watch")
    CAMPAIGN.write_text(FONTS.sub("", drawn), encoding="utf-8")


class Shop:
    """An application without this package, which sends by a clock that stands where the picture wants it.

    Args:
        gateway: what it sends to; its clock is set for each request.
        http: the connection to it.
    """

    def __init__(self, gateway: Gateway, http: httpx2.Client) -> None:
        self._gateway = gateway
        self._http = http
        self._sent = 0

    def send(self, number: str, text: str, sign_with: str | None = None) -> None:
        """Send a message half a minute after the one before; the response may be lost."""
        own = environment_for(self._gateway.url)
        key = own["LAAFFIC_API_KEY"]
        now = OPENED.timestamp() + 30 * self._sent
        self._sent += 1
        self._gateway.configure(clock_offset=now + 0.2 - time.time())  # within the second, however long it takes
        signed = f"{key}{sign_with or own['LAAFFIC_API_SECRET']}{now:.0f}".encode()
        headers = {
            "Api-Key": key,
            "Timestamp": f"{now:.0f}",
            "Sign": md5(signed, usedforsecurity=False).hexdigest(),
            "Host": "127.0.0.1:4010",
            "User-Agent": "shop/1.0",
        }
        message = {"numbers": number, "content": text, "senderId": "Shop", "orderId": f"order-{1040 + self._sent}"}
        with suppress(httpx2.TransportError):
            self._http.post(
                "/v3/sendSms/batch", headers=headers, json={"appId": own["LAAFFIC_APP_ID"], "array": [message]}
            )


def fill(gateway: Gateway) -> None:
    """Let everything happen that the picture of the page shows."""
    with httpx2.Client(base_url=gateway.url, trust_env=False) as http:
        shop = Shop(gateway, http)
        shop.send("99955500004", "Your table for two is booked: Friday, 19:30.")
        shop.send("99955500003", "Paczka czeka na półce: do jutra, godz. 20.")
        gateway.deliver("99955500003", failed=True, reason="ABSENT")
        shop.send("99955500001", "Welcome! Your code is 471108. It is valid for ten minutes.")
        gateway.deliver("99955500001")
        gateway.fail_next("accept_then_drop")
        shop.send("99955500002", "Your code is 908221.")
        shop.send("99955500001", "Thank you! Your books leave our house today.")
        shop.send("99955500002", "Your code is 908221.", sign_with="another secret")
        gateway.fail_next("http_429")


@contextmanager
def opened_page(program: str) -> Iterator[Page]:
    """Open the page, with the clock of the picture."""
    with Gateway(held=True) as gateway, started_chromium(program) as browser:
        fill(gateway)
        context = browser.new_context(viewport=SIZE, color_scheme="light", locale="en-GB", timezone_id="UTC")
        page = context.new_page()
        page.clock.set_fixed_time(OPENED)
        page.goto(gateway.url)
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        expect(page.get_by_text("1 refused, 1 faulty")).to_be_visible()
        yield page


def picture_of_the_inbox(program: str) -> None:
    with opened_page(program) as page:
        shots = []
        for view in ("Messages", "Requests"):
            page.get_by_role("tab", name=view).click()
            page.mouse.move(SIZE["width"] - 1, SIZE["height"] - 1)
            shots.append(b64encode(page.screenshot(animations="disabled", caret="hide")).decode())
        images = "".join(f'<img src="data:image/png;base64,{shot}">' for shot in shots)
        both = page.context.new_page()
        both.set_content(f"{ABOVE_EACH_OTHER}{images}")
        both.screenshot(path=INBOX, full_page=True)


def main() -> int:
    picture_of_a_campaign()
    program = chromium()
    if program is None:
        print(f"{INBOX.name} stays as it is: it {NO_CHROMIUM}", file=sys.stderr)
        return 0
    picture_of_the_inbox(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
