"""Change when a campaign is posted, at any time."""

from typing import Any

import click

from laaffic_cli.jobs.continuing.campaigns import json_option, ledger_options, show_status, told_errors
from laaffic_cli.jobs.continuing.ledgers import one_campaign
from laaffic_cli.jobs.options.settings import given, misuse, setting_options

_TAKEN_AWAY = {"rate": "no_rate", "not_between": "no_hours", "stop_after": "no_stop_after"}


@click.command("set")
@ledger_options
@setting_options
@click.option("--no-rate", is_flag=True, help="No limit.")
@click.option("--no-hours", is_flag=True, help="Post at any hour.")
@click.option("--no-stop-after", is_flag=True, help="Pause at no share.")
@json_option
def set_(*, words: tuple[str, ...], ledger: str | None, as_json: bool, **options: Any) -> None:
    """Change when a campaign is posted, at any time; whoever runs it heeds it within a second.

    What is left out stays as it is. --stop-after takes the place of all shares that were set before. Who gets what is
    fixed, and cannot be changed.
    """
    said = misuse(options["not_between"], options["zone"]) or _contradiction(options)
    if said is not None:
        raise click.UsageError(said)
    values = given((name, options[name]) for name in ("rate", "not_between", "zone", "stop_after", "concurrency"))
    values |= {name: None for name, flag in _TAKEN_AWAY.items() if options[flag]}
    if not values:
        raise click.UsageError("Say what is set: --rate, --not-between, --stop-after, --concurrency, or one of --no-…")
    with told_errors(), one_campaign(ledger, words) as (_, campaign):
        show_status(campaign.set(**values), as_json=as_json)


def _contradiction(options: dict[str, Any]) -> str | None:
    for name, flag in _TAKEN_AWAY.items():
        if options[flag] and options[name] is not None:
            return f"--{name.replace('_', '-')} and --{flag.replace('_', '-')} contradict each other."
    return None
