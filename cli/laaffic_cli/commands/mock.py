"""Run a mock of the gateway. Nothing is really sent."""

import select
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any, TypedDict

import click

import laaffic_mock
from laaffic_cli.terminal.shown import masked, order_id, printable, shortened
from laaffic_cli.terminal.streams import Stream, tell

_SECONDS_BETWEEN_LOOKS = 0.5
_EVERY_ADDRESS = {"0.0.0.0": socket.AF_INET, "::": socket.AF_UNSPEC}  # noqa: S104  # compared, not chosen


_Started = tuple["laaffic_mock.Gateway | None", "laaffic_mock.Prism | None"]


class _Options(TypedDict):
    """What a gateway is started with, whether Prism is before it or not."""

    limit: int
    deliver_after: float
    push_to: str | None
    on_accepted: "Callable[[laaffic_mock.AcceptedMessage], None]"
    on_wrong: Callable[[dict[str, Any]], None]


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 is a free one.")
@click.option("--prism", "examples", is_flag=True, help="Respond with the contract's examples alone; keep no state.")
@click.option(
    "--no-contract", is_flag=True, help="Do not check requests and responses against the contract; needs no Node.js."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 lets other machines use it."
)
@click.option(
    "--allow-host",
    "allow_hosts",
    metavar="NAME",
    multiple=True,
    help="Allow to be asked by this name too, such as that of a docker-compose service; may be given again.",
)
@click.option("--limit", type=click.IntRange(1), default=100_000, show_default=True, help="Keep so many messages.")
@click.option(
    "--deliver-after",
    metavar="SECONDS",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    help="Messages have succeeded or failed so long after they were accepted.",
)
@click.option(
    "--push-to",
    metavar="URL",
    help="Push a report of each message there when it has; on loopback, or a host that --allow-host names.",
)
@click.option("--show", is_flag=True, help="Show numbers and texts in full.")
@click.option("--open", "open_page", is_flag=True, help="Open the page with what it accepted and refused.")
def mock(
    *,
    port: int,
    examples: bool,
    no_contract: bool,
    host: str,
    allow_hosts: tuple[str, ...],
    limit: int,
    deliver_after: float,
    push_to: str | None,
    show: bool,
    open_page: bool,
) -> None:
    """Run a mock of the gateway until Ctrl-C. Nothing is really sent.

    It keeps what it accepts, checks signatures, and goes wrong on request: see the magic numbers in the
    documentation. By default Prism is in front of it, and checks every request and every response against the contract;
    where there is no Node.js or no Prism, it goes on without. The page at its address shows what it accepted, which
    requests it refused and why, and lets things go wrong.

    A message succeeds two seconds after it was accepted; what became of it can be asked for, or is pushed (--push-to).

    So that no web page can use it, it responds only where it is asked by a name of loopback, by --host, or by
    --allow-host; with --host 0.0.0.0, by this machine's name too.
    """
    senseless = {
        "--prism keeps no message, so it has no report to push (--push-to)": push_to,
        "--prism is the contract; it cannot go without (--no-contract)": no_contract,
        "--prism keeps no message, so it has no page to open (--open)": open_page,
    }
    for why, wanted in senseless.items():
        if examples and wanted:
            raise click.UsageError(why)
    _check_extra()
    out = Stream("stdout")
    options: _Options = {
        "limit": limit,
        "deliver_after": deliver_after,
        "push_to": push_to,
        "on_accepted": _printer(out, show=show),
        "on_wrong": lambda exchange: out.line(_wrong(exchange)),
    }
    with until_stopped() as stops_within, ExitStack() as stack:
        try:
            gateway, prism = _start(stack, host, port, allow_hosts, options, examples=examples, checked=not no_contract)
        except (laaffic_mock.GatewayError, laaffic_mock.PrismError) as error:
            raise click.ClickException(str(error)) from None
        out.write(_banner(host, gateway, prism))
        if open_page:
            _open(_local(gateway, prism))
        while not stops_within(_SECONDS_BETWEEN_LOOKS):
            if prism is not None and not prism.running:
                raise click.ClickException("Prism has ended by itself, so the mock ends too.")
    tell("The mock is stopped.")


def _check_extra() -> None:
    try:
        _ = laaffic_mock.Gateway, laaffic_mock.Prism
    except ImportError as error:
        raise click.ClickException(str(error)) from None


def _start(
    stack: ExitStack,
    host: str,
    port: int,
    allow_hosts: Sequence[str],
    options: _Options,
    *,
    examples: bool,
    checked: bool,
) -> _Started:
    """Start what is wanted: Prism on the examples, a gateway with Prism before it, or a gateway alone."""
    if examples:
        return None, stack.enter_context(laaffic_mock.Prism(host=host, port=port))
    started = _with_contract(stack, host, port, [*allow_hosts, host], options) if checked else (None, None)
    if started != (None, None):
        return started
    return stack.enter_context(laaffic_mock.Gateway(host=host, port=port, allow_hosts=allow_hosts, **options)), None


def _with_contract(stack: ExitStack, host: str, port: int, allow_hosts: list[str], options: _Options) -> _Started:
    """Start a gateway with Prism before it; where there is no Prism, start neither, and say so."""
    with ExitStack() as started:
        gateway = started.enter_context(laaffic_mock.Gateway(allow_hosts=allow_hosts, **options))
        try:
            prism = started.enter_context(laaffic_mock.Prism(host=host, port=port, upstream=gateway.url))
        except laaffic_mock.PrismError as error:
            if not error.missing:
                raise
            tell(f"Without Prism, only the gateway's own rules are checked, and no response is: {error}")
            return None, None
        stack.push(started.pop_all())
    return gateway, prism


def _open(url: str) -> None:
    if not webbrowser.open(url):
        tell("There is no browser to open it in.")


def _local(gateway: "laaffic_mock.Gateway | None", prism: "laaffic_mock.Prism | None") -> str:
    return prism.url if prism is not None else gateway.url if gateway is not None else ""


def _banner(host: str, gateway: "laaffic_mock.Gateway | None", prism: "laaffic_mock.Prism | None") -> str:
    local = _local(gateway, prism)
    lines = [f"MOCK GATEWAY at {local}: nothing is really sent, and nothing is charged."]
    if gateway is None:
        lines.append("It responds with the contract's examples, and keeps no state (Prism).")
    elif prism is not None:
        lines.append("Every request and every response is checked against the contract (Prism).")
    url, port = local, local.rpartition(":")[2]
    if host in _EVERY_ADDRESS:
        url = f"http://{_machine(host)}:{port}"
        lines.append("Everybody who reaches this machine can use it.")
    exports = [f"export {name}={value}" for name, value in laaffic_mock.environment_for(url).items()]
    lines += ["", "To send to it:", "", *exports]
    if host in _EVERY_ADDRESS:
        service = "Another service of docker-compose uses this service's name, if --allow-host names it"
        lines += ["", f"{service}: http://mock:{port}"]
    if gateway is not None:
        lines += ["", f"The page:         {local}/"]
        lines += [f"What it accepted: {local}/_mock/messages"]
        lines += [f"Magic numbers:    {local}/_mock/magic"]
        lines += [f"Pushed reports:   {local}/_mock/pushes"]
    return "\n".join(map(printable, [*lines, "", "Ctrl-C stops it.", "", ""]))


def _machine(host: str) -> str:
    """Return this machine's name, or loopback where its name cannot be resolved."""
    machine = socket.gethostname()
    try:
        socket.getaddrinfo(machine, None, _EVERY_ADDRESS[host])
    except OSError:
        return "127.0.0.1"
    return machine


def _printer(out: Stream, *, show: bool) -> Callable[["laaffic_mock.AcceptedMessage"], None]:
    def on_accepted(message: "laaffic_mock.AcceptedMessage") -> None:
        number = message.number if show else masked(message.number)
        theirs = (shortened if show else order_id)(message.order_id or "-")
        text = repr(message.content) if show else _measured(message.content)
        out.line(f"accepted {message.msg_id}  to {number}  order {theirs}  {text}")

    return on_accepted


def _measured(text: str) -> str:
    return f"{len(text)} character{'' if len(text) == 1 else 's'}"


def _wrong(exchange: dict[str, Any]) -> str:
    """Say in a line how a request was refused or spoiled, without anything that was in it."""
    rule, fault = exchange["rule"], exchange["fault"]
    if exchange["instead"] is not None:
        return f"replaced by HTTP {exchange['instead']['status']}: the response breaks the contract"
    if fault is not None:
        return f"fault {fault}  (laaffic explain {fault})"
    status = exchange["provider_status"] or f"HTTP {exchange['status']}"
    told = f"refused {status}"
    if rule is None:
        return told
    return printable(f"{told}: {shortened(rule['where'] or rule['broken'])}  (laaffic explain {rule['broken']})")


@contextmanager
def until_stopped() -> Iterator[Callable[[float], bool]]:
    """Yield what waits for some seconds, and tells whether somebody wants the mock to stop."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def stop(_number: int, _frame: FrameType | None) -> None:
        # An event has a lock, which the thread that this interrupts may hold.
        with suppress(BlockingIOError):
            theirs.send(b"\0")

    def wait(seconds: float) -> bool:
        return bool(select.select([ours], [], [], seconds)[0])

    with ours, theirs:
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield wait
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
