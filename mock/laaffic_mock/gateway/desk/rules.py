"""The rule that a request broke: what was said, what was expected, and what to do. No secret is in any of it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

Broken = Literal[
    "key",
    "signature",
    "time",
    "app_id",
    "ip",
    "host",
    "origin",
    "header",
    "path",
    "method",
    "body",
    "query",
    "field",
    "number",
    "content",
    "word",
    "template",
    "balance",
    "contract",
    "magic",
]

_MAX_SHOWN = 120
_MAX_STEPS = 5
_SIGNS = 4


class Place(NamedTuple):
    """A further place where a request does not fit the contract, with what a `Rule` says of its own."""

    where: str | None
    said: str
    expected: str
    remedy: str


class Rule(NamedTuple):
    """A rule that was broken.

    Attributes:
        broken: which, in a word, as `laaffic explain` knows it: `"contract"` where the check against it refused the
            request before it came here, `"magic"` where nothing is wrong but the number.
        where: the place, such as `"array[0].numbers"` or `"the header Sign"`; None where it is no single one.
        said: what was there.
        expected: what should have been.
        remedy: what to do.
        others: further places that were found to break it, at most 19.
    """

    broken: Broken
    where: str | None
    said: str
    expected: str
    remedy: str
    others: Sequence[Place] = ()


def counted(count: int, one: str) -> str:
    """Return a count with its noun: `1 id`, `2 ids`."""
    return f"{count} {one}{'' if count == 1 else 's'}"


def brief(text: str) -> str:
    """Return so much of a foreign text as can be read at a glance."""
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}… ({len(text)} characters)"


def masked(secret: str) -> str:
    """Return what tells a secret from another one, and not more."""
    return f"{secret[:_SIGNS]}…" if len(secret) > _SIGNS else "…" if secret else ""


def broken_key(said: str, key: str) -> Rule:
    """Return the rule about the header Api-Key."""
    remedy = "use the key that this gateway knows, or give it yours with the setting api_key"
    return Rule("key", "the header Api-Key", masked(said) or "nothing", f'"{key}"', remedy)


def broken_signature(said: str, key: str, timestamp: str) -> Rule:
    """Return the rule about the header Sign."""
    expected = f'MD5("{key}" + <secret> + "{timestamp}"), as 32 hexadecimal digits'
    remedy = "sign the key, the secret and the very timestamp of the header, in this order, with nothing between them"
    return Rule("signature", "the header Sign", masked(said) or "nothing", expected, remedy)


def broken_timestamp(said: str) -> Rule:
    """Return the rule about a header Timestamp that is no time."""
    remedy = "milliseconds and fractions are not taken: divide, and round down"
    expected = "the Unix time in whole seconds, such as 1630468800"
    return Rule("time", "the header Timestamp", brief(said) or "nothing", expected, remedy)


def broken_time(said: str, now: float, tolerance: int) -> Rule:
    """Return the rule about a header Timestamp that is too early or too late."""
    apart = int(said) - int(now)
    told = f"{said}, which is {abs(apart)} seconds {'ahead of' if apart > 0 else 'behind'} the gateway's clock"
    remedy = "sign each attempt anew, and correct the clock of the machine that signs"
    return Rule("time", "the header Timestamp", told, f"within {tolerance} seconds of {int(now)}", remedy)


def broken_app(said: str, app_id: str, where: str) -> Rule:
    """Return the rule about the application's id."""
    remedy = "use the app id that this gateway knows, or give it yours with the setting app_id"
    return Rule("app_id", where, brief(said) or "nothing", f'"{app_id}"', remedy)


def broken_address(method: str, path: str, there_are: Iterable[tuple[str, str]]) -> Rule:
    """Return the rule about a request that no endpoint is for; `there_are` methods and paths of them."""
    known = list(there_are)
    methods = [one for one, where in known if where == path]
    if methods:
        return Rule("method", None, brief(method), ", ".join(methods), "correct the HTTP method")
    remedy = "correct the address: it is the base URL and then such a path"
    return Rule("path", None, brief(path), ", ".join(sorted(where for _, where in known)), remedy)


def field_remedy(missing: Sequence[str], unknown: Sequence[str], optional: Sequence[str] = ()) -> str:
    """Return what to do about fields that an object lacks or may have, and those that it has and should not."""
    absent = {_plain(name): name for name in (*optional, *missing)}
    renamed: dict[str, str] = {}  # by the name that it should have
    for name in unknown:
        for near in get_close_matches(_plain(name), absent, 1):
            renamed[absent.pop(near)] = name
    steps = [f"rename `{brief(name)}` to `{wanted}`" for wanted, name in renamed.items()]
    steps += [f"add `{name}`" for name in missing if name not in renamed]
    steps += [f"leave out `{brief(name)}`" for name in unknown if name not in renamed.values()]
    shown = steps[:_MAX_STEPS]
    return ", ".join([*shown, f"and so on ({len(steps)} fields)"] if len(steps) > len(shown) else shown)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def broken_field(where: str, said: str, expected: str, broken: Broken = "field", remedy: str = "") -> Rule:
    """Return the rule about a field; by default the remedy is to correct it."""
    return Rule(broken, where, brief(said), expected, remedy or f"correct {where}")
