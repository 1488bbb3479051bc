"""What an assertion looks for among the messages, and what it says when that is not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from laaffic_mock._printable import printable
from laaffic_mock.gateway.desk.message import AcceptedMessage

MAX_SHOWN = 20
MAX_WRONG = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a message should be like; None for what does not matter."""

    to: str | None
    containing: str | None
    sender_id: str | None
    order_id: str | None

    def fits(self, message: AcceptedMessage) -> bool:
        """Tell whether a message is like this."""
        return (
            (self.to is None or message.number == re.sub(r"\D", "", self.to))
            and (self.containing is None or self.containing in message.content)
            and (self.sender_id is None or message.sender_id == self.sender_id)
            and (self.order_id is None or message.order_id == self.order_id)
        )

    def __str__(self) -> str:
        return self.named(1)

    def named(self, times: int | None) -> str:
        """Return what is wanted so many times, after its count: `message to …`, `messages to …`."""
        parts = [
            f"to {self.to}" if self.to is not None else "",
            f"containing {self.containing!r}" if self.containing is not None else "",
            f"from {self.sender_id!r}" if self.sender_id is not None else "",
            f"with order id {self.order_id!r}" if self.order_id is not None else "",
        ]
        return " ".join(["messages" if times is not None and times > 1 else "message", *filter(None, parts)])


class Came(NamedTuple):
    """What came: how requests ended, those that went wrong, and how often which host could not be reached."""

    counts: Mapping[str, int]
    wrong: Sequence[Mapping[str, Any]] = ()
    stopped: Mapping[str, int] = MappingProxyType({})


def missing_text(
    wanted: Wanted, seconds: float, messages: Sequence[AcceptedMessage], stopped: Mapping[str, int]
) -> str:
    """Say what was waited for, and what came instead, with masked numbers."""
    lines = [f"no {wanted} came within {seconds:g} seconds."]
    if messages:
        lines.append(f"The gateway accepted {len(messages)}; the last of them:")
        lines += [f"  to {_masked(m.number)}: {m.content!r}" for m in messages[-MAX_SHOWN:]]
    else:
        lines.append("The gateway accepted no message.")
    return "\n".join([*lines, *_stopped_lines(stopped)])


def _stopped_lines(stopped: Mapping[str, int]) -> list[str]:
    if not stopped:
        return []
    hosts = ", ".join(f"{host}: {count}" for host, count in stopped.items())
    return [f"Attempts to reach another host that were stopped ({hosts}): give the client no base_url in tests."]


def _masked(number: str) -> str:
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


def failure_text(
    wanted: Wanted,
    times: int | None,
    found: int,
    messages: Sequence[AcceptedMessage],
    came: Came,
) -> str:
    """Say what was wanted, how often it was found, what there is instead, and which requests went wrong and why."""
    counts, wrong, stopped = came
    expected = "at least one" if times is None else "no" if times == 0 else str(times)
    lines = [f"expected {expected} {wanted.named(times)}, found {found}."]
    if messages:
        lines.append(f"The gateway accepted {len(messages)}:")
        lines += [f"  to {m.number}: {m.content!r}" for m in messages[:MAX_SHOWN]]
        if len(messages) > MAX_SHOWN:
            lines.append(f"  and {len(messages) - MAX_SHOWN} more")
    else:
        lines.append("The gateway accepted no message.")
    ends = ", ".join(f"{end}: {count}" for end, count in counts.items() if end != "requests")
    lines.append(f"Requests that came: {counts.get('requests', 0)}{f' ({ends})' if ends else ''}.")
    if wrong:
        lines.append("Those that were refused or spoiled:" if len(wrong) <= MAX_WRONG else "The last that went wrong:")
        lines += [f"  {_went_wrong(exchange)}" for exchange in wrong[-MAX_WRONG:]]
    return "\n".join([*lines, *_stopped_lines(stopped)])


def _went_wrong(exchange: Mapping[str, Any]) -> str:
    """Say how a request went wrong, on one line."""
    status = exchange["provider_status"] or (f"HTTP {exchange['status']}" if exchange["status"] else "no response")
    told = f"{exchange['method']} {exchange['path'].partition('?')[0]}: {status}"
    if exchange["fault"] is not None:
        told += f", by the fault {exchange['fault']}"
    if exchange["instead"] is not None:
        told += f", for which the client got HTTP {exchange['instead']['status']} from the check against the contract"
    rule = exchange["rule"]
    if rule is not None:
        where = f" ({rule['where']})" if rule["where"] else ""
        told += f", {rule['broken']}{where}: said {rule['said']}, expected {rule['expected']}. {rule['remedy']}"
        for other in rule["others"]:
            told += f". Also {other['where']}: said {other['said']}, expected {other['expected']}. {other['remedy']}"
    return printable(told)
