"""Whether a 4xx refuses the request for certain: by its body, since a success may come with any HTTP status."""

import json
import re
from typing import Any

from laaffic._http.evidence import Responded
from laaffic._outcome.response import CLAIMS, Doubled, object_of

_BEFORE = "\ufeff \t\r\n\v\f"
_MAX_PAGE = 1024 * 1024  # bytes; pages that turn a request down are far shorter, and searching takes its time
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")  # in no text, but soon in anything that is still encoded
# How JSON begins: an object, a list, a string, the end of one that was cut, or a number or a name that nothing but JSON
# follows. "404 page not found" does not.
_LIKE_JSON = re.compile(r'[\[{"\]},:]|(?:[-+0-9.eE]+|true|false|null|NaN|-?Infinity)\s*(?:$|[\[{"\]},:])')
_OBJECT = re.compile(r'[\[{]\s*"')
_QUOTE = r"(?:\\?[\"']|&quot;|&#0*34;|&#x0*22;)"
_WORDS_OF_A_SUCCESS = re.compile(rf"msgId|{_QUOTE}(?:success|array){_QUOTE}|{_QUOTE}status{_QUOTE}\s*:\s*{_QUOTE}?0\b")
# The same in an object, written anew: with a value that says anything, and at any depth.
_SIGNS_OF_A_SUCCESS = re.compile(
    r'msgId|\\"(?:success|array)|"(?:success|array|failArray)": (?!(?:false|null|0|"0?"|\[\]|\{\})[,}])'
)
_SUCCESSES = frozenset({"ok", "success", "succeeded", "accepted", "true"})
_MAX_STATUS = 40


def is_certain_refusal(evidence: Responded) -> bool:
    """Return whether a 4xx says for certain that nobody was accepted, as far as its body goes.

    It does when it is decoded whole, and is either no JSON at all, such as a proxy's page, or one JSON object with a
    status other than 0, or none, and without a sign of a success. Whatever cannot be read may be one.
    """
    content = evidence.content
    if len(content) > _MAX_PAGE:
        return False
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding).lstrip(_BEFORE)
    except UnicodeDecodeError:
        # A page may be in any of the old encodings of its country.
        text = content.decode(encoding, "replace").lstrip(_BEFORE)
        return text.startswith("<") and _says_nothing(text)
    if _LIKE_JSON.match(text) is None:
        return _says_nothing(text)
    return _is_refusal(text)


def _says_nothing(text: str) -> bool:
    if not text.startswith("<") and _OBJECT.search(text):  # within a callback, or behind a prefix
        return False
    return _UNPRINTABLE.search(text) is None and _WORDS_OF_A_SUCCESS.search(text) is None


def _is_refusal(text: str) -> bool:
    try:
        body = json.loads(text, object_pairs_hook=object_of)
        if not isinstance(body, dict) or (isinstance(body, Doubled) and body.names & CLAIMS):
            return False
        if "status" in body and not _is_other_than_0(body["status"]):
            return False
        return _SIGNS_OF_A_SUCCESS.search(json.dumps(body, ensure_ascii=False)) is None
    except (ValueError, RecursionError):
        return False


def _is_other_than_0(status: Any) -> bool:
    """Return whether a status can be read, and is neither 0 in any spelling nor a word for a success."""
    if isinstance(status, bool) or not isinstance(status, str | int):
        return False
    text = str(status).strip()
    if len(text) > _MAX_STATUS:
        return False
    try:
        return float(text) != 0
    except ValueError:
        return bool(text) and text.lower() not in _SUCCESSES
