"""Which rule a request broke that the check against the contract refused before it came here. No secret is in it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from laaffic_mock.gateway.contract import Operation
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.exchange import Endpoint, Malformed, Refused, Request
from laaffic_mock.gateway.desk.rules import Place, Rule, brief, counted, field_remedy, masked
from laaffic_mock.gateway.desk.signature import check_sender
from laaffic_mock.gateway.json_text import read_json

_BODY, _QUERY, _CONTENT_TYPE = "the body", "the query", "the header Content-Type"
_UNAUTHORISED, _UNSUPPORTED = 401, 415
_LENGTHS = frozenset({"maxLength", "minLength"})
_MAX_PLACES = 20
_TIMESTAMP = "Timestamp"  # of the headers of a signature, the one that is no secret


class Refusal(NamedTuple):
    """With which HTTP status a request was refused, and with which response."""

    status: int
    response: bytes


class _Violation(NamedTuple):
    """A place where a request does not fit the contract; `names` are all by which the gateway may call it."""

    where: str | None
    names: frozenset[str]
    said: str
    expected: str
    remedy: str

    def place(self) -> Place:
        """Return it as a further place of a rule."""
        return Place(self.where, self.said, self.expected, self.remedy)


def broken_contract(refusal: Refusal, asked: Request, endpoint: Endpoint, account: Account, *, whole: bool) -> Rule:
    """Return the rule that a request broke: in the gateway's own words, where these are about the same place.

    Args:
        refusal: how it was refused.
        asked: the request.
        endpoint: what it is for.
        account: the account.
        whole: whether all of its body is there.
    """
    problem = _object(refusal.response)
    found = _violations(refusal, problem, asked, endpoint, account)
    own = _own(asked, endpoint, account, frozenset().union(*(one.names for one in found))) if whole else None
    if own is not None:
        rule = own._replace(broken="contract", where=own.where or found[0].where)
    elif found:
        where, _, said, expected, remedy = found[0]
        rule = Rule("contract", where, said, expected, remedy)
    else:
        rule = _unlocated(problem)
    others = [one for one in found[1:] if own is None or one.where != rule.where]
    if len(others) >= _MAX_PLACES:
        rule = rule._replace(remedy=f"{rule.remedy}; the response lists all {len(found)} violations")
    return rule._replace(others=[one.place() for one in others[: _MAX_PLACES - 1]])


def _own(asked: Request, endpoint: Endpoint, account: Account, names: frozenset[str]) -> Rule | None:
    """Return the gateway's own rule about one of these places, if it is the first that it would name."""
    try:
        endpoint.read(asked, account)
    except (Malformed, Refused) as error:
        if error.rule is not None and (error.rule.where or _BODY).lower() in names:
            return error.rule
    try:
        check_sender(asked, account.settings, account.now(), account.contract)
    except Refused as error:
        if error.rule is not None and (error.rule.where or "").lower() in names:
            return error.rule
    return None


def _violations(
    refusal: Refusal, problem: Mapping[str, Any], asked: Request, endpoint: Endpoint, account: Account
) -> list[_Violation]:
    signature = list(account.contract.headers)
    if refusal.status == _UNAUTHORISED:
        missing = [f"the header {name}" for name in signature if not asked.headers.get(name)]
        expected = f"the headers {', '.join(signature)}"
        return [_Violation(where, frozenset({where.lower()}), "nothing", expected, "send it") for where in missing]
    error = problem.get("error")
    if isinstance(error, dict) and error.get("code") == "invalid_json":
        if encoding := asked.headers.get("content-encoding", ""):
            remedy = "send the body uncompressed"
            return [_Violation("the header Content-Encoding", frozenset(), brief(encoding), "no encoding", remedy)]
        said = counted(len(asked.body), "byte")
        return [_Violation(_BODY, frozenset({_BODY}), said, "JSON in UTF-8", "write the body with a JSON library")]
    given = problem.get("validation")
    listed = given if isinstance(given, list) else []
    return [_violation(one, asked, endpoint.operation, signature) for one in listed if isinstance(one, dict)]


def _violation(told: Mapping[str, Any], asked: Request, operation: Operation, signature: Sequence[str]) -> _Violation:
    code, message = told.get("code"), str(told.get("message", ""))
    place, *path = [str(step) for step in told.get("location") or ["body"]]
    expected = brief(re.sub("^.* must ", "it must ", message.removeprefix("Supported content types: ")))
    named = re.search("'([^']*)'", message)
    name = named[1] if named and code in {"required", "additionalProperties"} else None
    if code == _UNSUPPORTED:
        said, remedy = asked.headers.get("content-type", ""), "send the body as JSON, and say so in this header"
        return _Violation(_CONTENT_TYPE, frozenset(), brief(said) or "nothing", expected, remedy)
    if place == "header":
        where = f"the header {_spelt(path, signature)}"
        value = asked.headers.get(path[0] if path else "", "")
        said = brief(value) if where.endswith(_TIMESTAMP) else masked(value)
    elif place == "query":
        known = [parameter["name"] for parameter in operation.details.get("parameters", ())]
        name = name and _spelt([name], known)
        where = _spelt(path, known) or _QUERY
        said = brief(asked.query.get(where, ""))
    else:
        where = _within(path) or _BODY
        said = _said(_at(_object(asked.body), path), measured=code in _LENGTHS) if asked.body else ""
    names, remedy = {where.lower()}, f"correct {where}"
    if name is not None:
        remedy = field_remedy([name], []) if code == "required" else field_remedy([], [name])
        said = f"no {name}" if code == "required" else f"the field {brief(name)}"
        names.add((name if where in {_BODY, _QUERY} else f"{where}.{name}").lower())
    return _Violation(where, frozenset(names), said or "nothing", expected, remedy)


def _unlocated(problem: Mapping[str, Any]) -> Rule:
    """Return the rule where all that is known is what the check says of it."""
    error = problem.get("error")
    if isinstance(error, dict):  # about the body, which it could not read
        said = brief(str(error.get("message") or "it could not be read"))
        return Rule("contract", _BODY, said, "a body that can be read", "send all of it, or a smaller one")
    said, detail = brief(str(problem.get("title") or "nothing is known")), str(problem.get("detail") or "")
    return Rule("contract", None, said, "what the contract says", brief(" ".join(detail.split())) or "see the response")


def _object(text: bytes) -> dict[str, Any]:
    """Return a JSON object, or an empty one where there is none."""
    try:
        value = read_json(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _spelt(path: Sequence[str], known: Sequence[str]) -> str:
    """Return a name as the contract spells it; the check spells all in small letters."""
    given = path[0] if path else ""
    return next((name for name in known if name.lower() == given.lower()), given)


def _within(path: Sequence[str]) -> str:
    """Return a place in the body as the gateway writes it, such as `array[0].numbers`."""
    steps = [f"[{step}]" if step.isdecimal() else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


def _at(value: Any, path: Sequence[str]) -> Any:
    """Return what stands at a place in the body, or None."""
    for step in path:
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _said(value: Any, *, measured: bool) -> str:
    if isinstance(value, str):
        return counted(len(value), "character") if measured else brief(value)
    return brief(json.dumps(value, ensure_ascii=False))
