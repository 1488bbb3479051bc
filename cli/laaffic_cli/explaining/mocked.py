"""What is written by hand about the mock: what an application should do when it meets a fault, or breaks a rule."""

from collections.abc import Mapping
from typing import NamedTuple

_REHEARSE = (
    'To rehearse it: `gateway.fail_next("{name}")` in a test, or the panel on the page of the mock. `gateway.messages`'
    " then has what was accepted: the application must claim no more than that, and send nothing to anybody twice."
)


class FaultWords(NamedTuple):
    """What one fault does to a send of this package, what to do, and what is safe."""

    met: str
    to_do: str
    safe: str


_LOST = FaultWords(
    "A send gets `OutcomeUnknownError`, and its recipients are `unknown`: from outside it cannot be told whether they"
    " were accepted.",
    "An application keeps them as unknown, tells nobody that it failed, does not send again, and asks later what"
    " became of them: `client.reconcile(...)`, `laaffic reconcile`.",
    "Asking is safe, and so is repeating a query. Sending again is not: it may arrive twice, and cost twice.",
)
_NO_MATTER = FaultWords(
    "A send through this package is `accepted` all the same.",
    "Nothing. A client of your own must not take it for a failure: the messages are out.",
    "Sending again is not safe: it would arrive twice, and cost twice.",
)
_NOT_TAKEN = "Nobody got anything: sending again is safe."

FAULTS: Mapping[str, FaultWords] = {
    "drop_before_reading": _LOST,
    "drop": _LOST,
    "accept_then_drop": _LOST,
    "cut_headers": _LOST,
    "cut_body": _LOST,
    "hang": _LOST,
    "accept_then_hang": _LOST,
    "slow": _LOST._replace(
        met="A send that waits long enough is `accepted`; with a shorter `timeout` it gets `OutcomeUnknownError`, and"
        " its recipients are `unknown`."
    ),
    "http_500": _LOST,
    "http_502": _LOST,
    "http_503": _LOST,
    "http_429": FaultWords(
        "A send gets `HTTPStatusError`, which is `retryable`, and its recipients are `rejected`.",
        "Wait, then send again more slowly.",
        _NOT_TAKEN,
    ),
    "truncated_json": _LOST,
    "wrong_types": _NO_MATTER,
    "null_fields": _NO_MATTER,
    "wrong_counts": _NO_MATTER._replace(
        to_do="Log `result.discrepancy`, which says how the counts and the list disagree. A client of your own must go"
        " by the list: who has a message id was accepted."
    ),
    "unlisted_status": _LOST._replace(
        met="A send gets `UnknownStatusError`, and its recipients are `unknown`: a status that is in no table says"
        " neither success nor refusal."
    ),
    "clock_skew": FaultWords(
        "On a connection that no other request used, such as a new client's first, a send through this package is"
        " `accepted`: after the refusal it is signed once more, by the time of the response. On a kept connection it"
        " gets `TimestampExpiredError`, its recipients are `rejected`, and the next send is signed by that time. That"
        " happens again when the clock is right again. Other clients get -16 until their clock is as far ahead.",
        "In production, let the machine keep its time by NTP; in a container the host's clock counts.",
        "A request that is refused with -16 sent nothing, if the response's own date shows that the time was wrong;"
        " after any other -16 ask first.",
    ),
    "too_frequent": FaultWords(
        "A send gets `TooFrequentError`, and its recipients are `rejected`; a query gets `QueryFailedError` when it has"
        " been repeated in vain.",
        "Wait longer after each time, and lower `concurrency`, or the `rate` of a campaign.",
        _NOT_TAKEN,
    ),
    "refuse_connection": FaultWords(
        "A connection that could not be made is tried again. If the gateway stays away, a send gets `NotSentError`, and"
        " its recipients are `not_sent`; one that was in flight when the connection dropped gets"
        " `OutcomeUnknownError`.",
        "An application sends again later to those who are `not_sent`, and asks about those who are `unknown`.",
        "Nothing left this machine for whoever is `not_sent`: sending again to them is safe.",
    ),
}


class RuleWords(NamedTuple):
    """What one rule is, and what to do about a request that breaks it."""

    rule: str
    to_do: str


_SETTINGS = "`gateway.configure({}=...)`, or `PATCH /_mock/settings`"

RULES: Mapping[str, RuleWords] = {
    "key": RuleWords(
        "The header `Api-Key` is the key that the gateway knows. Another one, or none, is status -1.",
        "Use the key that `laaffic mock` prints, or give the gateway yours:"
        f" {_SETTINGS.format('api_key')}. With the provider, compare LAAFFIC_API_KEY with the account's console.",
    ),
    "signature": RuleWords(
        "The header `Sign` is the MD5 of key, secret and timestamp, as 32 hexadecimal digits. Anything else is status"
        " -1.",
        "Join the key, the secret and the very text of the header `Timestamp`, in this order and with nothing between"
        " them; what was expected shows it without the secret. If that is what you sign, the secret is another one:"
        f" compare LAAFFIC_API_SECRET, blanks at its ends included, or give the gateway yours:"
        f" {_SETTINGS.format('api_secret')}.",
    ),
    "time": RuleWords(
        "The header `Timestamp` is the Unix time in whole seconds, else it is status -1; and it is within half an hour"
        " of the gateway's clock, else it is -16.",
        "Send seconds and not milliseconds, and sign each attempt anew, just before it is posted. If the time is right,"
        " the gateway's clock was moved, by its setting `clock_offset` or the fault `clock_skew`. With the provider,"
        " correct this machine's clock.",
    ),
    "app_id": RuleWords(
        "`appId` is that of the application that the gateway knows. Another one is status -1.",
        "Use the app id that `laaffic mock` prints, or give the gateway yours:"
        f" {_SETTINGS.format('app_id')}. With the provider, compare LAAFFIC_APP_ID with the account's console.",
    ),
    "ip": RuleWords(
        "The request comes from an address of the account's allow-list. Any other is status -2.",
        "Add the address to the setting `allowed_ips`; with the provider, to the account's allow-list. It is the"
        " address after NAT and proxies that counts.",
    ),
    "host": RuleWords(
        "The mock is asked by a name of loopback, by its `--host`, or by one that `--allow-host` names; else the"
        " response is HTTP 421. It keeps web pages from using the mock; the provider has no such rule.",
        "Ask by 127.0.0.1 or localhost, or start it with `--allow-host` and the name, without a port.",
    ),
    "origin": RuleWords(
        "No web page of another host asks the mock; else the response is HTTP 403. The provider has no such rule.",
        "Send from your server, as with the provider: a secret in a page is none. If the page is yours and for tests,"
        " start the mock with `--allow-host` and the page's host.",
    ),
    "header": RuleWords(
        "What changes something below `/_mock/` has the header `X-Laaffic-Mock: 1`; else the response is HTTP 403. The"
        " provider has no such rule.",
        "Send the header.",
    ),
    "path": RuleWords(
        "The address is the base URL and the path of an endpoint; else the response is HTTP 404.",
        "Compare the path with those that were expected: LAAFFIC_BASE_URL has no `/v3`, which is what"
        " LAAFFIC_API_PREFIX is for.",
    ),
    "method": RuleWords(
        "The HTTP method is the endpoint's own; else the response is HTTP 405.",
        "Use the one that was expected.",
    ),
    "body": RuleWords(
        "The body is JSON in UTF-8, not too large, and comes in time. The provider's pages do not say how it responds"
        " to any other; the mock responds with HTTP 400, 408 or 413.",
        "Write the body with a JSON library, and give its length.",
    ),
    "query": RuleWords(
        "The query has the parameters of the endpoint, in their forms. Else it is status -11 or -14, or HTTP 400 where"
        " the provider's pages do not say what it is.",
        "Correct the parameter that is named. A time is ISO 8601 with an offset, percent-encoded once.",
    ),
    "field": RuleWords(
        "The body has the fields of the contract, of their types, and one order id for each number, if any. The"
        " provider's pages do not say how it responds to any other; the mock responds with HTTP 400.",
        "Correct the field that is named.",
    ),
    "number": RuleWords(
        "Numbers are digits with the country code, without plus, blanks and zeros before, joined by commas: else it is"
        " status -9. No number at all is -8, too many in one request -7.",
        "Correct the number that is named. `laaffic.normalize_number` writes one as the provider wants it.",
    ),
    "content": RuleWords(
        "A text has 1 to 1,024 characters. An empty one is status -4, a longer one -5.",
        "Look for what is left of a template whose placeholders were empty; shorten a longer one, or send it as two.",
    ),
    "word": RuleWords(
        "No text has a word of the gateway's setting `words`, which stands for the provider's list of sensitive words;"
        " else it is status -3.",
        "Change the text, or the setting. The provider says neither which word nor which message it was: with"
        " `split_refused=True` the message is found and the others are sent.",
    ),
    "template": RuleWords(
        "Every text fits one of the gateway's setting `templates`, if there are any: else it is status -6.",
        "Change the text, or the setting; with the provider, have a template approved.",
    ),
    "balance": RuleWords(
        "The balance covers the segments of the request. Else it is status -10.",
        "Raise the gateway's setting `balance`, or set it to None for no limit; with the provider, top up. An"
        " application should stop, hold back what is left, and tell somebody.",
    ),
    "contract": RuleWords(
        "The request has the form that the contract describes. Prism, in front of the mock, refuses any other with HTTP"
        " 400, 401, 415 or 422 before the mock sees it; what the provider would respond is another matter.",
        "Correct the place that is named. With `laaffic mock --no-contract` the mock judges by itself, and responds"
        " with the provider's status where there is one.",
    ),
    "magic": RuleWords(
        "Nothing is wrong but a number: it is a magic one, with which the mock refuses the request with the status that"
        " its last digits say.",
        "See `laaffic explain` with that status, such as `laaffic explain -10`, and with the number. Use another number"
        " if you did not mean it.",
    ),
}

REFUSED = (
    "The mock accepted nothing of the request: once it is mended, sending again is safe. After a refusal of the"
    " provider's, the page of its status says what is safe, such as `laaffic explain -10`."
)


def to_rehearse(name: str) -> str:
    """Return how a fault is ordered, and what to look at then."""
    return _REHEARSE.format(name=name)
