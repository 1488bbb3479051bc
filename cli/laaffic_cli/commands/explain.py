"""Explain an error, a status or a state, and what is safe."""

import click

from laaffic_cli.explaining.finding import NoPageError, found
from laaffic_cli.explaining.plain import told


# A status begins like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("topic", nargs=-1, required=True)
def explain(topic: tuple[str, ...]) -> None:
    """Explain an error, a status or a state, and what is safe.

    TOPIC is what an error's text ends with: a status such as -10, the name of an exception such as OutcomeUnknownError,
    or a state such as unknown; or what the mock shows: a fault such as accept_then_drop, a rule such as signature, or a
    magic number; or a line of a log, in quotation marks. It tells what happened, what to do and what is safe, asks
    nobody, and works offline and without any extra.
    """
    try:
        text = found(" ".join(topic))
    except ImportError as error:  # which says what to install
        raise click.UsageError(str(error)) from None
    except NoPageError as error:
        raise click.BadParameter(f"{error}; `laaffic statuses` lists the statuses", param_hint="'TOPIC'") from None
    told(text)
