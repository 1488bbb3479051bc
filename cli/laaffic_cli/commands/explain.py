"""Explain an error, a status or a state, and what is safe."""

import click

from laaffic_cli.explaining.pages import page
from laaffic_cli.terminal.streams import Stream, wrapped


# A status begins like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("topic")
def explain(topic: str) -> None:
    """Explain an error, a status or a state, and what is safe.

    TOPIC is what an error's text ends with: a status such as -10, the name of an exception such as OutcomeUnknownError,
    or a state such as unknown; or a magic number of the mock. It tells what happened, what to do and what is safe, asks
    nobody, and works offline.
    """
    try:
        text = page(topic)
    except ImportError as error:  # which says what to install
        raise click.UsageError(str(error)) from None
    if text is None:
        raise click.BadParameter(
            "give a status such as -10, the name of an exception such as OutcomeUnknownError, or a state: accepted,"
            " rejected, not_sent or unknown; `laaffic statuses` lists the statuses",
            param_hint="'TOPIC'",
        )
    Stream("stdout").write("\n".join(map(wrapped, text.splitlines())) + "\n")
