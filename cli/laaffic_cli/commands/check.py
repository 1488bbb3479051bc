"""Check key, clock and balance, without sending anything."""

from dataclasses import asdict

import click

from laaffic import Client
from laaffic_cli.jobs.query import EPILOG, ask, query_options, show


@click.command(epilog=EPILOG)
@query_options
def check(*, as_json: bool, base_url: str | None, timeout: float | None) -> None:
    """Check key, clock and balance in one query, which sends nothing.

    The clock's skew is by how many seconds the provider's clock is ahead of this machine's; it accepts half an hour.
    """
    found = ask(Client.check, base_url=base_url, timeout=timeout)
    skew = "unknown" if found.clock_skew is None else f"{found.clock_skew:+.0f} s"
    amounts = {name: str(amount) for name, amount in asdict(found.balance).items()}
    show({"key": "accepted", "clock_skew": skew, **amounts}, as_json=as_json)
