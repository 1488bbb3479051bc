"""Run a mock of the gateway. Nothing is really sent."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from laaffic_cli.terminal.shown import masked
from laaffic_cli.terminal.streams import Stream, tell

if TYPE_CHECKING:
    from laaffic_mock import AcceptedMessage, Gateway, Prism

_WITHOUT_NODE = "or leave the contract's check out with --no-contract"
_SECONDS_BETWEEN_LOOKS = 0.5


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 is a free one.")
@click.option("--prism", "examples", is_flag=True, help="Answer from the contract's examples alone, and keep no state.")
@click.option(
    "--no-contract", is_flag=True, help="Do not hold requests and answers against the contract; needs no Node.js."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; with --no-contract only.")
@click.option("--limit", type=click.IntRange(1), default=100_000, show_default=True, help="Keep so many messages.")
@click.option("--show", is_flag=True, help="Show numbers and texts in full.")
def mock(*, port: int, examples: bool, no_contract: bool, host: str, limit: int, show: bool) -> None:
    """Run a mock of the gateway until Ctrl-C. Nothing is really sent.

    It keeps what it accepts, checks signatures, and goes wrong on request: see the magic numbers in the
    documentation. By default Prism stands before it, and holds every request and every answer against the contract.
    """
    if examples and no_contract:
        raise click.UsageError("--prism is the contract; it cannot go without (--no-contract)")
    if host != "127.0.0.1" and not no_contract:
        raise click.UsageError("--host goes with --no-contract only")
    try:
        from laaffic_mock import Gateway, GatewayError, Prism, PrismError  # noqa: PLC0415  # an extra of its own
    except ImportError as error:
        raise click.ClickException(str(error)) from None
    out = Stream("stdout")
    told = _teller(out, show=show)
    with _until_stopped() as stopped, ExitStack() as stack:
        gateway = prism = None
        try:
            if no_contract:
                gateway = stack.enter_context(Gateway(host=host, port=port, limit=limit, on_accepted=told))
            elif examples:
                prism = stack.enter_context(Prism(port=port))
            else:
                gateway = stack.enter_context(Gateway(limit=limit, on_accepted=told))
                prism = stack.enter_context(Prism(port=port, upstream=gateway.url))
        except GatewayError as error:
            raise click.ClickException(str(error)) from None
        except PrismError as error:
            raise click.ClickException(str(error) if examples else f"{error}\n{_WITHOUT_NODE}") from None
        out.write(_banner(gateway, prism))
        while not stopped.wait(_SECONDS_BETWEEN_LOOKS):
            if prism is not None and not prism.running:
                raise click.ClickException("Prism has ended by itself, so the mock ends too.")
    tell("The mock is stopped.")


def _banner(gateway: "Gateway | None", prism: "Prism | None") -> str:
    from laaffic_mock import environment_for  # noqa: PLC0415  # an extra of its own

    url = prism.url if prism is not None else gateway.url if gateway is not None else ""
    lines = [f"MOCK GATEWAY at {url}: nothing is really sent, and nothing is charged."]
    if gateway is None:
        lines.append("It answers from the contract's examples, and keeps no state (Prism).")
    elif prism is not None:
        lines.append("Every request and every answer is held against the contract (Prism).")
    lines += ["", "To send to it:", "", *(f"export {name}={value}" for name, value in environment_for(url).items())]
    if gateway is not None:
        lines += ["", f"What it accepted: {gateway.url}/_mock/messages"]
        lines += [f"Magic numbers:    {gateway.url}/_mock/magic"]
    return "\n".join([*lines, "", "Ctrl-C stops it.", "", ""])


def _teller(out: Stream, *, show: bool) -> Callable[["AcceptedMessage"], None]:
    def told(message: "AcceptedMessage") -> None:
        number = message.number if show else masked(message.number)
        text = repr(message.content) if show else f"{len(message.content)} characters"
        out.line(f"accepted {message.msg_id}  to {number}  order {message.order_id or '-'}  {text}")

    return told


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Yield what is set when somebody wants the mock to stop."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
