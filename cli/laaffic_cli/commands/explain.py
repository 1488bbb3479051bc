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
    or a state such as unknown; or what the mock shows: a fault such as accept_then_drop, a rule such as signature, or a
    magic number. It tells what happened, what to do and what is safe, asks nobody, and works offline.
    """
    try:
        text = page(topic)
    except ImportError as error:  # which says what to install
        raise click.UsageError(str(error)) from None
    if text is None:
        raise click.BadParameter(
            "give a status such as -10, the name of an exception such as OutcomeUnknownError, a state: accepted,"
            " rejected, not_sent or unknown; or a fault or a rule of the mock, such as accept_then_drop or signature;"
            " `laaffic statuses` lists the statuses",
            param_hint="'TOPIC'",
        )
    Stream("stdout").write("\n".join(map(wrapped, text.splitlines())) + "\n")
