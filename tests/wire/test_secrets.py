"""Secrets, texts and full numbers: never in a log at any level, in `repr`, in errors, in tracebacks."""

import logging
import traceback
from pathlib import Path

import pytest

import laaffic
from conftest import CREDENTIALS, Send
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
