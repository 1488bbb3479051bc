"""Ask for the account's balance."""

from dataclasses import asdict

import click

from laaffic import Client
from laaffic_cli.jobs.asking.query import EPILOG, ask, query_options, show


@click.command(epilog=EPILOG)
@query_options
def balance(*, as_json: bool, base_url: str | None, timeout: float | None) -> None:
    """Ask for the account's balance: own money, granted money and credit line. The provider names no currency."""
    found = ask(Client.get_balance, as_json=as_json, base_url=base_url, timeout=timeout)
    show({name: str(amount) for name, amount in asdict(found).items()}, as_json=as_json)
