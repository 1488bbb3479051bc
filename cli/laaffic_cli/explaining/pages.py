"""A page for each error, status and state, and for each fault and rule of the mock, as Markdown."""

import inspect
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

import laaffic
import laaffic_mock
from laaffic_cli.explaining.links import links
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
_BATCH = (
    " A text that ends with `(batch …)` has there the random id of its request, `error.batch_id`, by which the line of"
    " that request is found in the log of `laaffic`; the order ids that this package made for it begin with it, too."
)
# After these, what is safe depends on more than the class.
_DEPENDS = frozenset({"LaafficError", "StatusError", "PartialFailureError", "HTTPStatusError"})
# Before a request is made, so that there is no batch.
_NO_BATCH = frozenset({"ConfigurationError", "InvalidMessageError", "InvalidTimeError", "InvalidReportError"})


def topics() -> Mapping[str, str]:
    """Return every page by its name, as the site has it: with links."""
    homes = {name: kind.__module__ for name, kind in _errors().items()}
    return {name: f"{text}\n{links(name, text, homes, DELIVERIES)}" for name, text in _plain().items()}


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
        ImportError: it is a magic number or an exception of campaigns, and their extra is not installed.
    """
    wanted = topic.strip().rpartition(".")[2].replace("\N{MINUS SIGN}", "-")
    pages = {name.lower(): text for name, text in _plain().items()}
    if found := pages.get(wanted.lower()):
        return found
    if wanted.lower() in map(str.lower, TO_DO):
        import laaffic_campaigns as _  # noqa: F401, PLC0415  # its own error says what to install
    if _A_MAGIC_NUMBER.fullmatch(wanted):
        means = dict(laaffic_mock.magic_numbers()).get(wanted)
        return _page(f"Magic number {wanted}", _MAGIC.format(means), _TO_REHEARSE, _REHEARSED) if means else None
    return (
        _page(f"Status {wanted}", UNLISTED, *_of(laaffic.UnknownStatusError)) if _A_STATUS.fullmatch(wanted) else None
    )


def _plain() -> Mapping[str, str]:
    return {name: text for pages in chapters().values() for name, text in pages.items()}


def _homes() -> Iterator[ModuleType]:
    yield laaffic
    try:
        import laaffic_campaigns  # noqa: PLC0415  # an error of the SDK is explained without what campaigns need, too
    except ModuleNotFoundError:
        return
    yield laaffic_campaigns


def _errors() -> dict[str, type[laaffic.LaafficError]]:
    found = ((name, getattr(home, name)) for home in _homes() for name in home.__all__)
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
    happened += _BATCH
    return _page(f"Status {code} ({info.name})", happened, *_of(kind, info.hint))


def _error_page(kind: type[laaffic.LaafficError]) -> str:
    paragraphs = (inspect.getdoc(kind) or "").split("\n\n")
    told = " ".join(" ".join(paragraph.split()) for paragraph in paragraphs if not paragraph.startswith("Attributes:"))
    code = f" ({kind.code})" if issubclass(kind, laaffic.StatusError) and kind.code else ""
    told = f"Status {told}" if code else told
    has_batch = not kind.about_query and kind.__name__ not in _NO_BATCH and not _is_of_campaigns(kind)
    return _page(f"{kind.__name__}{code}", told + (_BATCH if has_batch else ""), *_of(kind))


def _fault_page(name: str, does: str) -> str:
    words = FAULTS[name]
    happened = f"The mock gateway does this when it is told to, and never by itself: it {does}. {words.met}"
    return _page(f"Fault {name}", happened, f"{words.to_do} {to_rehearse(name)}", words.safe)


def _rule_page(name: str) -> str:
    words = RULES[name]
    happened = (
        f"The mock gateway refused a request by this rule: {words.rule[0].lower()}{words.rule[1:]} The page of the"
        " mock, and `/_mock/requests`, show what was there and what was expected."
    )
    return _page(f"Rule {name}", happened, words.to_do, REFUSED)


def _of(kind: type[laaffic.LaafficError], hint: str = "") -> tuple[str, str]:
    to_do = " ".join(dict.fromkeys(part for part in (hint or kind.hint, TO_DO[kind.__name__]) if part))
    return to_do, " ".join(_safe(kind))


def _safe(kind: type[laaffic.LaafficError]) -> Iterator[str]:
    if kind.__name__ in _DEPENDS:
        yield _MIXED
    elif _is_of_campaigns(kind):
        yield _LEDGER
    elif kind.about_query:
        yield _QUERY
    elif issubclass(kind, laaffic.StatusError):
        yield _UNKNOWN if not kind.code or not laaffic.STATUSES[kind.code].definite else _REFUSED
    else:
        yield _NOTHING if kind.sent == "no" else _UNKNOWN
    if kind.retryable:
        yield _LATER


def _is_of_campaigns(kind: type[laaffic.LaafficError]) -> bool:
    return kind.__module__ == "laaffic_campaigns"


def _page(title: str, happened: str, to_do: str, safe: str) -> str:
    return f"# {title}\n\n## What happened\n\n{happened}\n\n## What to do\n\n{to_do}\n\n## What is safe\n\n{safe}\n"
