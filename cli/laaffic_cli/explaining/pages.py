"""A page for each error, status and state, and for each fault and rule of the mock, as Markdown."""

import inspect
import re
from collections.abc import Iterator, Mapping

import laaffic
import laaffic_campaigns
import laaffic_mock
from laaffic_cli.explaining.mocked import FAULTS, REFUSED, RULES, to_rehearse
from laaffic_cli.explaining.words import DELIVERIES, OPEN, STATES, TO_DO, UNLISTED

_A_STATUS = re.compile(r"-\d{1,3}")
_A_MAGIC_NUMBER = re.compile(r"999\d{8}")
_REFUSED = (
    'Nobody got anything when `error.sent` is `"no"`: once the cause is gone, sending again to the same recipients is'
    ' safe. If the response lists somebody as accepted all the same, it is `"unknown"`: those stay `accepted`, so send'
    " again only to whom `error.result` has as `rejected` or `not_sent`."
)
_UNKNOWN = (
    "Asking is safe. Sending again is not: it may arrive twice, and cost twice. Each recipient's state in"
    " `error.result` says what is known: send again only to whom it has as `rejected` or `not_sent`."
)
_QUERY = "Asking again is safe: it sends nothing to anybody."
_LEDGER = "It sends nothing to anybody, and what the ledger knows stays. Doing it again is safe."
_NOTHING = "Nothing was sent: once the cause is gone, sending again is safe."
_MIXED = "Send again only to whom `error.result` has as `rejected` or `not_sent`; ask about the `unknown` ones first."
_LATER = "Doing the very same again later may work, and cannot send anything twice where `error.retryable` is true."
_MAGIC = "The mock gateway does this when a request has this number: it {}."
_TO_REHEARSE = "Send to it in a test, or through `laaffic mock`, and see what your application does."
_REHEARSED = "The country code 999 belongs to no country, and the mock sends nothing to anybody."
# After these, what is safe depends on more than the class.
_DEPENDS = frozenset({"LaafficError", "StatusError", "PartialFailureError", "HTTPStatusError"})


def topics() -> Mapping[str, str]:
    """Return every page by its name."""
    return {name: text for pages in chapters().values() for name, text in pages.items()}


def chapters() -> Mapping[str, Mapping[str, str]]:
    """Return every page by its name, below what it is about."""
    return {
        "Errors": {name: _error_page(kind) for name, kind in _errors().items()},
        "Statuses": {code: _status_page(code) for code in laaffic.STATUSES},
        "States of a recipient": {
            state: _page(f"State {state}", *words) for state, words in {**STATES, **OPEN}.items()
        },
        "What became of a message": {state: _page(f"Delivery {state}", *words) for state, words in DELIVERIES.items()},
        "Rules by which the mock refuses": {name: _rule_page(name) for name in RULES},
        "Faults of the mock": {name: _fault_page(name, does) for name, does in laaffic_mock.faults()},
    }


def page(topic: str) -> str | None:
    """Return the page about a status, such as `-10`, a class, a state, or what the mock does; else None.

    Raises:
        ImportError: it is a magic number, and the extra `mock` is not installed.
    """
    wanted = topic.strip().rpartition(".")[2].replace("\N{MINUS SIGN}", "-")
    pages = {name.lower(): text for name, text in topics().items()}
    if found := pages.get(wanted.lower()):
        return found
    if _A_MAGIC_NUMBER.fullmatch(wanted):
        means = dict(laaffic_mock.magic_numbers()).get(wanted)
        return _page(f"Magic number {wanted}", _MAGIC.format(means), _TO_REHEARSE, _REHEARSED) if means else None
    return (
        _page(f"Status {wanted}", UNLISTED, *_of(laaffic.UnknownStatusError)) if _A_STATUS.fullmatch(wanted) else None
    )


def _errors() -> dict[str, type[laaffic.LaafficError]]:
    found = ((name, getattr(home, name)) for home in (laaffic, laaffic_campaigns) for name in home.__all__)
    return {name: kind for name, kind in found if isinstance(kind, type) and issubclass(kind, laaffic.LaafficError)}


def _status_page(code: str) -> str:
    info = laaffic.STATUSES[code]
    if code == "0":
        return _page("Status 0", "The provider took the request.", *STATES["accepted"][1:])
    kind = next((kind for kind in laaffic.StatusError.__subclasses__() if kind.code == code), None)
    kind = kind or (laaffic.IPRestrictedError if code == "-31" else laaffic.UnknownStatusError)
    happened = f"The provider responded with status {code}: {info.meaning}. In Python it is `{kind.__name__}`."
    if not info.definite:
        happened += " Whether the request was refused as a whole is not known, so its recipients are unknown."
    return _page(f"Status {code} ({info.name})", happened, *_of(kind, info.hint))


def _error_page(kind: type[laaffic.LaafficError]) -> str:
    paragraphs = (inspect.getdoc(kind) or "").split("\n\n")
    told = " ".join(" ".join(paragraph.split()) for paragraph in paragraphs if not paragraph.startswith("Attributes:"))
    code = f" ({kind.code})" if issubclass(kind, laaffic.StatusError) and kind.code else ""
    return _page(f"{kind.__name__}{code}", f"Status {told}" if code else told, *_of(kind))


def _fault_page(name: str, does: str) -> str:
    words = FAULTS[name]
    happened = f"The mock gateway does this when it is told to, and never by itself: it {does}. {words.met}"
    return _page(f"Fault {name}", happened, f"{words.to_do} {to_rehearse(name)}", words.safe)


def _rule_page(name: str) -> str:
    words = RULES[name]
    happened = (
        f"It is a rule by which the mock gateway refuses requests. {words.rule} The page of the mock, and"
        " `/_mock/requests`, show what was there and what was expected."
    )
    return _page(f"Rule {name}", happened, words.to_do, REFUSED)


def _of(kind: type[laaffic.LaafficError], hint: str = "") -> tuple[str, str]:
    to_do = " ".join(dict.fromkeys(part for part in (hint or kind.hint, TO_DO[kind.__name__]) if part))
    return to_do, " ".join(_safe(kind))


def _safe(kind: type[laaffic.LaafficError]) -> Iterator[str]:
    if kind.__name__ in _DEPENDS:
        yield _MIXED
    elif kind.__module__ == laaffic_campaigns.__name__:
        yield _LEDGER
    elif kind.about_query:
        yield _QUERY
    elif issubclass(kind, laaffic.StatusError):
        yield _UNKNOWN if not kind.code or not laaffic.STATUSES[kind.code].definite else _REFUSED
    else:
        yield _NOTHING if kind.sent == "no" else _UNKNOWN
    if kind.retryable:
        yield _LATER


def _page(title: str, happened: str, to_do: str, safe: str) -> str:
    return f"# {title}\n\n## What happened\n\n{happened}\n\n## What to do\n\n{to_do}\n\n## What is safe\n\n{safe}\n"
