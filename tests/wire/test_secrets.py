"""Secrets, texts and full numbers: never in a log at any level, in `repr`, in errors, in tracebacks."""

import html
import logging
import traceback
from pathlib import Path

import httpx2
import pytest

import laaffic
from conftest import CREDENTIALS, Send
from laaffic._http.caller import Received
from laaffic._outcome.response import read_response
from support.server import Connection, Server, answer, drop, raw

TEXT = "Your code is 483920, Zoë"
NUMBERS = ["99912345678", "99987654321"]


def echo(connection: Connection) -> bool:
    """Answer with a status nobody knows, and a reason that gives everything away."""
    headers, body = connection.request.headers, connection.request.json()
    told = f"{body['array'][0]['content']} for {body['array'][0]['numbers']} signed {headers['sign']}"
    return answer({"status": "-77", "reason": told})(connection)


def echo_html(connection: Connection) -> bool:
    """Answer with HTML that gives everything away."""
    return answer(f"<html>{connection.request.headers} {connection.request.body!r}".encode(), status=502)(connection)


PACKAGE = Path(laaffic.__file__).parent

BEHAVIOURS = {
    "refused": answer({"status": "-1"}),
    "echoed in a reason": echo,
    "echoed in HTML": echo_html,
    "dropped": drop,
    "not HTTP": raw(f"{TEXT} {NUMBERS[0]}\r\n\r\n".encode()),
    "clock": answer({"status": "-16", "reason": "x"}),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_nothing_that_is_secret_shows(
    send: Send, server: Server, behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.will(BEHAVIOURS[behaviour])
    caplog.set_level(1)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(1)
    messages = [laaffic.Message(NUMBERS, TEXT)]
    with pytest.raises(laaffic.LaafficError) as caught:
        send(messages, base_url=server.url)
    error = caught.value
    with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in with_locals.stack if Path(frame.filename).is_relative_to(PACKAGE)]
    shown = [
        *(record.getMessage() + str(record.args) for record in caplog.records),
        repr(error),
        str(error),
        repr(error.result),
        repr(error.result.recipients),
        repr(messages),
        "".join(traceback.format_exception(error)),
        *(str(frame.locals) for frame in ours),
    ]
    assert caplog.records
    assert len(ours) >= 2
    secrets = [CREDENTIALS["api_secret"], TEXT, *NUMBERS, *(post.headers["sign"] for post in server.posts)]
    for secret in secrets:
        assert not [text for text in shown if secret in text]


# What a provider's words, or those of anyone in between, may be. None of it is in any list of secrets to look for.
FOREIGN = {
    "a text": TEXT,
    "part of a text": "code is 483920",
    "an excerpt in HTML": html.escape("Your code is <483920>"),
    "a number as people write it": "+999 123-456-78",
    "the API key": CREDENTIALS["api_key"],
    "a signature glued to a letter": "x05d7a50893e22a5c4bb3216ae3396c7cx",
    "terminal codes": "\u202e\u009b31m harmless",
    "figures": "12345",
}


def shown_of(error: laaffic.LaafficError, result: laaffic.BatchResult) -> str:
    """Return all that is meant to be shown of an error and of a result."""
    parts = [str(error), repr(error), repr(result), repr(result.recipients), *traceback.format_exception(error)]
    return "".join(parts)


@pytest.mark.parametrize("words", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("http_status", [200, 400])
def test_foreign_words_are_in_attributes_alone(
    send: Send, server: Server, caplog: pytest.LogCaptureFixture, words: str, http_status: int
) -> None:
    refused = [{"number": NUMBERS[0], "msgId": words, "orderId": words, "reason": words}]
    server.will(answer({"status": "-77", "reason": words, "failArray": refused}, status=http_status))
    with caplog.at_level("DEBUG", "laaffic"), pytest.raises(laaffic.UnknownStatusError) as caught:
        send([laaffic.Message(NUMBERS, TEXT)], base_url=server.url)
    assert caught.value.reason == words.strip()
    assert caught.value.status == "-77"
    assert "-77" in str(caught.value)
    assert words not in shown_of(caught.value, caught.value.result) + caplog.text


@pytest.mark.parametrize("words", FOREIGN.values(), ids=FOREIGN)
def test_a_status_that_is_somebodys_words_is_not_shown(send: Send, server: Server, words: str) -> None:
    server.will(answer({"status": words}))
    with pytest.raises(laaffic.UnknownStatusError) as caught:
        send([laaffic.Message(NUMBERS, TEXT)], base_url=server.url)
    assert caught.value.status == words.strip()
    assert words not in shown_of(caught.value, caught.value.result)


@pytest.mark.parametrize("words", FOREIGN.values(), ids=FOREIGN)
def test_why_one_recipient_was_refused_is_not_shown(server: Server, words: str) -> None:
    refused = [{"number": NUMBERS[0], "reason": words}]
    server.will(answer({"status": "0", "success": "0", "fail": "1", "array": [], "failArray": refused}))
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.RejectedError) as caught:
        client.send(NUMBERS[0], TEXT)
    assert caught.value.recipient.reason == words.strip()
    assert words not in shown_of(caught.value, caught.value.result)


@pytest.mark.parametrize("words", FOREIGN.values(), ids=FOREIGN)
def test_nor_are_a_querys_foreign_words(server: Server, words: str) -> None:
    server.will(answer({"status": words, "reason": words}))
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.UnknownStatusError) as caught:
        client.get_balance()
    assert words not in str(caught.value)


def test_a_word_for_machines_is_shown(server: Server) -> None:
    refused = [{"number": NUMBERS[0], "reason": "DST_MCCMNC_LIMIT"}]
    server.will(
        answer({"status": "-77", "reason": "MAX_LIMIT"}),
        answer({"status": "0", "success": "0", "fail": "1", "array": [], "failArray": refused}),
    )
    with laaffic.Client(base_url=server.url) as client:
        with pytest.raises(laaffic.UnknownStatusError, match=r"status -77, which is not in its table \(MAX_LIMIT\)"):
            client.send(NUMBERS[0], TEXT)
        with pytest.raises(laaffic.RejectedError, match=r"99\*+78: DST_MCCMNC_LIMIT"):
            client.send(NUMBERS[0], TEXT)


def test_ids_and_counts_that_may_be_numbers_are_not_shown(send: Send, server: Server) -> None:
    entry = {"msgId": "99987654321", "number": "999****5678", "orderId": NUMBERS[0]}
    server.will(answer({"status": "0", "success": "912345678", "fail": "912345678", "array": [entry]}))
    messages = [laaffic.Message(NUMBERS, TEXT, order_ids=[NUMBERS[0], "99900000009"])]
    with pytest.raises(laaffic.OutcomeUnknownError) as caught:
        send(messages, base_url=server.url)
    shown = shown_of(caught.value, caught.value.result)
    for number in ("99987654321", *NUMBERS, "99900000009", "912345678"):
        assert number not in shown


def test_a_proxys_password_does_not_show(send: Send) -> None:
    with pytest.raises(laaffic.NotSentError) as caught:
        send(
            [laaffic.Message(NUMBERS, TEXT)],
            base_url="https://gateway.invalid",
            proxy="http://user:pa55word@127.0.0.1:1",
            connect_retries=0,
        )
    assert "pa55word" not in "".join(traceback.format_exception(caught.value))


def test_a_client_shows_no_credentials() -> None:
    with laaffic.Client(proxy="http://user:pa55word@127.0.0.1:1") as client:
        shown = repr(client) + repr(vars(client))
    for secret in (CREDENTIALS["api_key"], CREDENTIALS["api_secret"], "pa55word"):
        assert secret not in shown


def test_the_clock_warning_is_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.will(answer({"status": "-16"}, headers={"Date": "Mon, 01 Jan 2024 00:00:00 GMT"}))
    with laaffic.Client(base_url=server.url) as client, pytest.raises(laaffic.TimestampExpiredError):
        client.send_batch([laaffic.Message(NUMBERS, TEXT)])
    assert "clock differs" in caplog.text


def test_a_count_that_is_a_code_out_of_a_text_is_not_shown(send: Send, server: Server) -> None:
    server.will(answer({"status": "0", "success": "483920", "fail": "483920", "array": []}))
    with pytest.raises(laaffic.OutcomeUnknownError, match="it counts too many accepted") as caught:
        send([laaffic.Message(NUMBERS, TEXT)], base_url=server.url)
    assert "483920" not in shown_of(caught.value, caught.value.result)


def test_no_exception_that_is_chained_quotes_what_cannot_be_encoded() -> None:
    cut = "Your code is 483920 \ud83d"
    with pytest.raises(laaffic.InvalidMessageError) as content:
        laaffic.Message(NUMBERS, cut)
    with pytest.raises(laaffic.InvalidMessageError) as number:
        laaffic.Message([cut], TEXT)
    with pytest.raises(laaffic.ConfigurationError) as secret:
        laaffic.Client("key", cut, "app")
    assert [caught.value.__context__ for caught in (content, number, secret)] == [None] * 3


def test_what_a_crash_report_shows_of_a_response_is_not_what_it_says() -> None:
    reading = read_response(b'{"status": "Zo", "array": [{"number": "99912345678"}], "reason": "Your code"}')
    assert reading is not None
    shown = repr(
        (reading, reading.listed, Received(200, httpx2.Response(200, headers={"a": "Zo"}).headers, b"99912345678"))
    )
    assert not [words for words in ("Zo", "99912345678", "Your code") if words in shown]
