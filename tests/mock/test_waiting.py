"""Waiting for a message, and reading the codes in it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest

import laaffic
from laaffic_mock import AcceptedMessage, Gateway, GatewayError

ONE, TWO = "99955500001", "99955500002"


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


def send(gateway: Gateway, number: str = ONE, content: str = "Your code is 4711") -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        client.send(number, content)


def test_a_message_that_is_there_is_found_at_once(gateway: Gateway) -> None:
    send(gateway, TWO, "another")
    send(gateway)
    message = gateway.wait_for("+999 555 00001", containing="code", timeout=0)
    assert (message.number, message.content) == (ONE, "Your code is 4711")


def test_a_message_that_comes_later_is_waited_for(gateway: Gateway) -> None:
    found: list[AcceptedMessage] = []
    waiting = threading.Thread(target=lambda: found.append(gateway.wait_for(ONE, timeout=60)))
    waiting.start()
    send(gateway, TWO, "another")
    send(gateway)
    waiting.join(60)
    assert [message.number for message in found] == [ONE]


def test_others_may_use_the_gateway_while_one_waits(gateway: Gateway) -> None:
    waiting = threading.Thread(target=lambda: gateway.wait_for(ONE, timeout=60))
    waiting.start()
    assert gateway.messages == []
    send(gateway)
    waiting.join(60)
    assert not waiting.is_alive()


def test_the_next_one_is_the_one_after(gateway: Gateway) -> None:
    send(gateway, content="first")
    first = gateway.wait_for(ONE)
    send(gateway, content="second")
    assert gateway.wait_for(ONE).content == "first"
    assert gateway.wait_for(ONE, after=first).content == "second"


def test_after_holds_though_the_messages_before_were_forgotten(gateway: Gateway) -> None:
    send(gateway, content="first")
    first = gateway.wait_for(ONE)
    gateway.clear()
    send(gateway, content="second")
    assert gateway.wait_for(ONE, after=first).content == "second"


def test_when_none_comes_the_failure_says_what_did(gateway: Gateway) -> None:
    send(gateway, TWO, "Hello")
    with pytest.raises(AssertionError) as caught:
        gateway.wait_for("+999 555 00001", containing="4711", timeout=0)
    assert str(caught.value).splitlines() == [
        "no message to +999 555 00001 containing '4711' came within 0 seconds.",
        "The gateway accepted 1; the last of them:",
        "  to 999******02: 'Hello'",
    ]


def test_when_nothing_came_at_all_the_failure_says_so(gateway: Gateway) -> None:
    with pytest.raises(AssertionError, match="The gateway accepted no message"):
        gateway.wait_for(timeout=0)


def test_a_gateway_that_ends_is_no_message() -> None:
    gateway = Gateway()
    said: list[GatewayError] = []

    def wait() -> None:
        with pytest.raises(GatewayError) as caught:
            gateway.wait_for(ONE, timeout=60)
        said.append(caught.value)

    waiting = threading.Thread(target=wait)
    waiting.start()
    gateway.close()
    waiting.join(60)
    assert "no mock gateway answers" in str(said[0])


@pytest.mark.parametrize("timeout", [-1.0, 1e9, float("nan")])
def test_a_timeout_that_is_none_is_an_error(gateway: Gateway, timeout: float) -> None:
    with pytest.raises(GatewayError, match="timeout is a number from 0"):
        gateway.wait_for(ONE, timeout=timeout)


def test_over_http_too(gateway: Gateway) -> None:
    send(gateway)
    query = {"number": ONE, "containing": "4711", "timeout": "0"}
    found = httpx2.get(f"{gateway.url}/_mock/messages/wait", params=query, trust_env=False).json()
    assert found["message"]["codes"] == ["4711"]
    query["after"] = found["message"]["msg_id"]
    nothing = httpx2.get(f"{gateway.url}/_mock/messages/wait", params=query, trust_env=False)
    assert (nothing.status_code, nothing.json()) == (200, {"message": None})


@pytest.mark.parametrize("query", ["after=x", "after=1", "timeout=x", "to=1", f"after={'9' * 5000}"])
def test_over_http_what_does_not_fit_is_refused(gateway: Gateway, query: str) -> None:
    assert httpx2.get(f"{gateway.url}/_mock/messages/wait?{query}", trust_env=False).status_code == 400


def test_the_codes_to_a_number_are_in_the_order_of_the_messages(gateway: Gateway) -> None:
    send(gateway, ONE, "first 1234")
    send(gateway, TWO, "other 9999")
    send(gateway, ONE, "second 123-456")
    assert gateway.codes("+999 555 00001") == ["1234", "123456"]
    assert gateway.codes() == ["1234", "9999", "123456"]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("Your code is 4711.", ["4711"]),
        ("4711", ["4711"]),
        ("12345678 or 123456", ["12345678", "123456"]),
        ("G-482913 is your code", ["482913"]),
        ("code: 123-456", ["123456"]),
        ("123 456 is it", ["123456"]),
        ("(0815)", ["0815"]),
        ("123", []),
        ("123456789", []),
        ("A1234 and 1234B", []),
        ("on 2026-11-30 at 10:3000", []),
        ("12.5000 EUR, 1/4000", []),
        ("call +4915112", []),
        ("123 456 789", []),
        ("٤٧١١", []),
    ],
)
def test_codes_are_found_by_their_look(content: str, codes: list[str]) -> None:
    message = AcceptedMessage("1", ONE, content, "", None, datetime(2026, 11, 30, tzinfo=UTC))
    assert message.codes == codes
