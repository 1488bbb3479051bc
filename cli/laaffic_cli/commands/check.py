"""Check key, clock and balance, without sending anything."""

from dataclasses import asdict

import click

from laaffic import Client
from laaffic_cli.jobs.asking.query import EPILOG, ask, query_options, show


@click.command(epilog=EPILOG)
@query_options
def check(*, as_json: bool, base_url: str | None, timeout: float | None) -> None:
    """Check key, clock and balance in one query, which sends nothing.

    The clock's skew is by how many seconds the provider's clock is ahead of this machine's; it accepts half an hour.
    """
    found = ask(Client.check, as_json=as_json, base_url=base_url, timeout=timeout)
    amounts = {name: str(amount) for name, amount in asdict(found.balance).items()}
    skew = found.clock_skew
    shown = skew if as_json else "unknown" if skew is None else f"{skew:+.0f} s"
    show({"key": "accepted", "clock_skew": shown, **amounts}, as_json=as_json)
