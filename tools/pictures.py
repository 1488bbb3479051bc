"""Make the picture of `laaffic campaign status --watch`, from a real campaign against the mock: `make pictures`."""

import io
import os
import re
import tempfile
from pathlib import Path

from rich.console import Console

import laaffic
from laaffic_campaigns import Ledger, Status
from laaffic_cli.jobs.running.watching import _drawn
from laaffic_mock import AcceptedMessage, Gateway, environment_for

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "campaign-watch.svg"
RECIPIENTS, SHOWN_AT = 12_000, 7600
NOT_TAKEN = "99900300001"  # a magic number
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


def main() -> None:
    console = Console(record=True, width=72, file=io.StringIO())
    console.print("$ laaffic campaign status customers.csv --watch\n", highlight=False)
    console.print(_drawn(status_in_the_middle()))
    drawn = console.export_svg(title="laaffic campaign status --watch", unique_id="watch")
    PICTURE.write_text(FONTS.sub("", drawn), encoding="utf-8")


if __name__ == "__main__":
    main()
