"""What became of a batch, and the error that says so: they refer to each other, so both are defined here."""

import copyreg
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from laaffic._model.explained import explained
from laaffic._model.masking import shown_status
from laaffic._model.raw_response import RawResponse
from laaffic._model.recipients import Recipient, State
from laaffic._model.sent import MEANINGS, NO, UNKNOWN, Sent
from laaffic._model.statuses import STATUSES

_KNOWN: dict[str, "type[LaafficError]"] = {}  # every error class by its name, for `from_dict`
_OURS = frozenset({"laaffic", "laaffic_campaigns"})


class LaafficError(Exception):
    """Anything that this package raises. It survives pickle, deepcopy and, by `as_dict`, JSON.

    Attributes:
        sent: `"no"`: nobody got anything, so the whole batch may be sent again once the cause is fixed. `"unknown"`:
            some or all of it may have been sent; each recipient's state in `result` says what is known. Compare it; it
            has no truth value.
        retryable: whether doing the very same again later may work and cannot send anything twice.
        hint: what to do, in plain words.
        result: the outcome of every recipient asked for; without recipients when there was no batch.
        status: the provider's status, such as `"-10"`, or None when no response has one.
        reason: the provider's reason in its own words, or None. It may quote numbers or texts: keep it out of logs.
        http_status: the HTTP status of the response, or None when there was none.
        about_query: whether it was a query, such as `get_balance`, which sends nothing to anybody.
        after_posts: whether earlier requests of the same `send_many` were posted; their results remain valid.
    """

    __module__ = "laaffic"

    sent: Sent = NO
    retryable: bool = False
    hint: str = ""
    about_query: bool = False
    after_posts: bool = False
    # Whether every further request would meet the same error, so that `send_many` ends.
    _concerns_every_request: bool = False
    _kept: ClassVar[tuple[str, ...]] = (
        "sent", "retryable", "hint", "status", "reason", "http_status", "about_query", "after_posts",
    )  # fmt: skip

    def __init__(
        self,
        message: str = "",
        *,
        result: "BatchResult | None" = None,
        sent: str | None = None,
        retryable: bool | None = None,
        hint: str | None = None,
        status: str | None = None,
        reason: str | None = None,
        http_status: int | None = None,
        about_query: bool = False,
    ) -> None:
        super().__init__(message)
        self.result = BatchResult() if result is None else result
        self.status = status
        self.reason = reason
        self.http_status = http_status
        if sent is not None:
            self.sent = Sent(sent)
        if retryable is not None:
            self.retryable = retryable
        if hint is not None:
            self.hint = hint
        if about_query:
            self.about_query = True

    def __init_subclass__(cls) -> None:
        if cls.__module__.startswith("laaffic."):
            cls.__module__ = "laaffic"  # where users import it from, and what they see in tracebacks
        _KNOWN.setdefault(cls.__name__, cls)

    @property
    def nothing_was_sent(self) -> bool:
        """Whether it is certain that nobody of this error's result got anything."""
        return self.sent == "no" and self.result.nothing_was_sent

    @property
    def batch_id(self) -> str | None:
        """The random id of the batch, which is in the log too; None when there was no batch."""
        return self.result.batch_id

    @property
    def page(self) -> str:
        """Where the page about it is: a command such as `laaffic explain -10`, or its address on a published site.

        It is about the status, if that is in the table, else about the class; empty when it is neither.
        """
        topic = self._topic()
        return explained(topic) if topic else ""

    def __str__(self) -> str:
        """Say what happened, whether it was sent, and what to do."""
        message = str(self.args[0]) if self.args else ""
        sentence = message and (message if message.endswith((".", "!", "?")) else f"{message}.")
        page = f"({self.page})" if self.page else ""
        batch = f"(batch {self.batch_id})" if self.batch_id else ""
        return " ".join(part for part in (sentence, self._said(), self.hint, page, batch) if part)

    def _topic(self) -> str:
        if self.status and self.status in STATUSES and self.status != "0":
            return self.status
        ours = (kind.__name__ for kind in type(self).__mro__ if kind.__module__ in _OURS)
        return next((name for name in ours if name != LaafficError.__name__), "")

    def _said(self) -> str:
        if self.about_query:
            return ""
        if self.after_posts and self.result.nothing_was_sent:
            return (
                "Earlier requests were posted, and their results remain valid; "
                "the recipients in this error's result got nothing."
            )
        return MEANINGS[self.sent]

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has, for a task queue. Numbers are there in full: keep it out of logs."""
        return {**self._as_dict(), "result": self.result._as_dict()}

    @staticmethod
    def from_dict(given: Mapping[str, Any]) -> "LaafficError":
        """Return an error like the one that `as_dict` was called on: same class, text and result.

        A class that is not known here (made by a newer version, perhaps) becomes a LaafficError with the same text.

        Raises:
            ValueError: it is not what `as_dict` returns.
        """
        error = _error_from(given)
        result = given.get("result")
        if result is not None:
            error.result = _result_from(result, error if result.get("has_error") else None)
        return error

    def _as_dict(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in self._kept}
        message = self.args[0] if self.args else ""
        return {"type": type(self).__name__, "message": message, **kept, "sent": str(self.sent)}

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without calling `__init__`: subclasses may take other arguments."""
        rebuild = copyreg.__newobj__  # type: ignore[attr-defined]  # not in typeshed
        return rebuild, (type(self), *self.args), self.__dict__


class PartialFailureError(LaafficError):
    """Some recipients were not accepted. Raised only by `BatchResult.raise_for_rejected()`."""

    hint = "Send again only to the recipients that were rejected, once you know why."


@dataclass(frozen=True, slots=True, repr=False)
class BatchResult:
    """The outcome of one request.

    Attributes:
        recipients: one outcome for every recipient asked for, in the order asked.
        status: the provider's status, or None when no response has one.
        reason: the provider's reason in its own words, or None. It may quote numbers or texts: keep it out of logs.
        success: how many recipients the provider says it accepted, or None when it did not say.
        fail: how many recipients the provider says it refused, or None when it did not say.
        error: what went wrong with the request as a whole, or None. A refused recipient alone is no error; nor is a
            refusal after which `split_refused` posts the recipients again in parts.
        discrepancy: in words, how the provider's counts, its list and what was asked disagree, or that its list does
            not tell some recipients apart; None when there is nothing of the kind.
        unmatched_msg_ids: message ids in the response that match no recipient asked for, or one of several that it does
            not tell apart.
        batch_id: a random id of this request, which is in the log and in errors too; None when there was none.
        raw: the response as it came; None when there was none. It is left out of repr, logs, pickles, JSON and
            comparisons.
    """

    __module__ = "laaffic"

    recipients: tuple[Recipient, ...] = ()
    status: str | None = None
    reason: str | None = None
    success: int | None = None
    fail: int | None = None
    error: LaafficError | None = field(default=None, compare=False)
    discrepancy: str | None = None
    unmatched_msg_ids: tuple[str, ...] = ()
    batch_id: str | None = field(default=None, compare=False)
    raw: RawResponse | None = field(default=None, compare=False)

    @property
    def accepted(self) -> tuple[Recipient, ...]:
        """The recipients whose message the provider accepted."""
        return self._in(State.ACCEPTED)

    @property
    def rejected(self) -> tuple[Recipient, ...]:
        """The recipients whose message the provider did not accept."""
        return self._in(State.REJECTED)

    @property
    def not_sent(self) -> tuple[Recipient, ...]:
        """The recipients for whom nothing left this machine."""
        return self._in(State.NOT_SENT)

    @property
    def unknown(self) -> tuple[Recipient, ...]:
        """The recipients whose message may have been sent. Sending to them again may send twice."""
        return self._in(State.UNKNOWN)

    @property
    def sent(self) -> Sent:
        """`"no"` when it is certain that nobody got anything; else `"unknown"`. Compare it; it has no truth value."""
        return NO if self.nothing_was_sent else UNKNOWN

    @property
    def nothing_was_sent(self) -> bool:
        """Whether it is certain that nobody of this result got anything."""
        return not any(recipient.state in _MAY_HAVE_BEEN_SENT for recipient in self.recipients)

    def raise_for_rejected(self) -> None:
        """Turn a partial success into an exception, for callers who want one.

        Raises:
            PartialFailureError: at least one recipient is not accepted. Its `.result` is this result.
            LaafficError: the request failed as a whole: `self.error`.
        """
        if self.error is not None:
            raise self.error
        missing = len(self.recipients) - len(self.accepted)
        if missing:
            raise PartialFailureError(
                f"{missing} of {len(self.recipients)} recipients were not accepted",
                result=self,
                status=self.status,
                reason=self.reason,
                sent=self.sent,
            )

    def as_dict(self) -> dict[str, Any]:
        """Return it as a dict of what JSON has, for a task queue. Numbers are there in full: keep it out of logs."""
        return {**self._as_dict(), "error": None if self.error is None else self.error._as_dict()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "BatchResult":
        """Return a result equal to the one that `as_dict` was called on. Unknown keys are ignored.

        Raises:
            ValueError: it is not what `as_dict` returns.
        """
        error = given.get("error") if isinstance(given, Mapping) else None
        return _result_from(given, None if error is None else _error_from(error))

    def _as_dict(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "recipients": [recipient.as_dict() for recipient in self.recipients],
            "unmatched_msg_ids": list(self.unmatched_msg_ids),
            "has_error": self.error is not None,
        }

    def _in(self, state: State) -> tuple[Recipient, ...]:
        return tuple(recipient for recipient in self.recipients if recipient.state is state)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the response as it came: it may be large, and it holds numbers and texts."""
        return {name: getattr(self, name) for name in (*_PLAIN, "recipients", "unmatched_msg_ids", "error")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in {"raw": None, **state}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Show the counts, and nothing that somebody else may have written: it may be a number or a text."""
        states = Counter(recipient.state for recipient in self.recipients)
        counts = ", ".join(f"{state.value}={states[state]}" for state in State if states[state])
        status = self.status and (shown_status(self.status) or "…")
        error = f", error={type(self.error).__name__}" if self.error is not None else ""
        batch = f", batch_id={self.batch_id!r}" if self.batch_id else ""
        return f"BatchResult({counts or 'no recipients'}, status={status!r}{error}{batch})"


_PLAIN = ("status", "reason", "success", "fail", "discrepancy", "batch_id")
_SENT = {"no": NO, "unknown": UNKNOWN}
_MAY_HAVE_BEEN_SENT = frozenset({State.ACCEPTED, State.UNKNOWN})


def with_error(result: BatchResult, error: LaafficError) -> BatchResult:
    """Let a result and its error refer to each other; neither is shared with anyone yet."""
    object.__setattr__(result, "error", error)
    error.result = result
    return result


def _error_from(given: Mapping[str, Any]) -> LaafficError:
    try:
        kind = _KNOWN.get(given["type"], LaafficError)
        error = kind.__new__(kind, given["message"])
        error.__dict__.update({name: given.get(name) for name in kind._kept}, result=BatchResult())
        error.sent = _SENT[given["sent"]]
    except (KeyError, TypeError, AttributeError) as caught:
        wrong = type(caught).__name__
    else:
        return error
    raise ValueError(f"not what LaafficError.as_dict() returns: {wrong}")  # without a context, which may quote it


def _result_from(given: Mapping[str, Any], error: LaafficError | None) -> BatchResult:
    try:
        result = BatchResult(
            recipients=tuple(Recipient.from_dict(recipient) for recipient in given["recipients"]),
            unmatched_msg_ids=tuple(given.get("unmatched_msg_ids", ())),
            **{name: given.get(name) for name in _PLAIN},
        )
    except (KeyError, TypeError, AttributeError) as caught:
        wrong = type(caught).__name__
    else:
        return result if error is None else with_error(result, error)
    raise ValueError(f"not what BatchResult.as_dict() returns: {wrong}")
