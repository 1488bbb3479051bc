"""Which page somebody wants: by its name, by a line of a log that was pasted, or by a name that is nearly right."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from laaffic_cli.explaining.pages import page, topics

REMEDY = (
    "give a status such as -10, the name of an exception such as OutcomeUnknownError, a state: accepted, rejected,"
    " not_sent or unknown; a fault or a rule of the mock, such as accept_then_drop or signature; or a line of a log,"
    " in quotation marks"
)
_OURS = re.compile(r"\(laaffic explain (\S+?)\)|/explain/(\S+?)\.html")  # what an error's text ends with
_A_WORD = re.compile(r"[\w-]+")
_SAID = re.compile(r'"([A-Z][^"…]+)…"')  # how an error's text begins, as the pages quote it
_A_STATUS = re.compile(r"\bstatus (-\d{1,3})\b")
_HTTP = re.compile(r"\bHTTP (?:status )?([345]\d\d)\b")
_HTTP_ALONE = re.compile(r"\s*([345]\d\d)\s*")
_ALIKE = 0.7


class NoPageError(LookupError):
    """There is no page about it. The text says which names are near, and what may be given."""


def found(words: str) -> str:
    """Return the page about a topic, or about the error that a line of a log tells of.

    Raises:
        NoPageError: there is none.
        ImportError: the extra that the page is about is not installed.
    """
    if not re.search(r"\s", words.strip()) and (text := page(words)):
        return text
    known = topics()
    for topic in _in_line(words, known):
        if text := page(topic):
            return text
    near = _near(words.strip(), known)
    raise NoPageError(f"did you mean {' or '.join(near)}? Else {REMEDY}" if near else REMEDY)


def _in_line(line: str, known: Mapping[str, str]) -> Iterator[str]:
    """Yield what a line may be about, the surest first; of several, the last, as tracebacks have it."""
    yield from reversed([command or address for command, address in _OURS.findall(line)])
    yield from reversed([word for word in _A_WORD.findall(line) if word in known and word.endswith("Error")])
    yield from (name for name, text in known.items() if any(said in line for said in _SAID.findall(text)))
    yield from _A_STATUS.findall(line)
    if http := _HTTP.search(line) or _HTTP_ALONE.fullmatch(line):
        yield "OutcomeUnknownError" if http[1].startswith("5") else "HTTPStatusError"
    yield from (word for word in _A_WORD.findall(line) if word in known and "_" in word)


def _near(word: str, known: Mapping[str, str]) -> list[str]:
    names = {name.lower(): name for name in known}
    return [names[each] for each in get_close_matches(word.lower(), names, n=2, cutoff=_ALIKE)]
