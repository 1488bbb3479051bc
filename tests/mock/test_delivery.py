"""Delivering: the clock of deliveries is moved, or a message is made to finish, and the messages say so."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

import laaffic
from laaffic_mock import AcceptedMessage, Gateway, GatewayError, RemoteGateway

ONE, TWO = "99955500001", "99955500002"
FAILS, PENDING, NEVER_FOUND, LATE = (f"9990040000{n}" for n in range(1, 5))


@pytest.fixture(scope="module")
def running() -> Iterator[Gateway]:
    """Return a gateway for all tests of this file, which delivers nothing by itself."""
    with Gateway(held=True) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: Gateway) -> Gateway:
    """Return the gateway, empty."""
    running.clear()
    return running


def send(gateway: Gateway, *numbers: str) -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        client.send_batch([laaffic.Message(list(numbers or [ONE]), "x")])


def states(gateway: RemoteGateway) -> list[str]:
    return [message.state for message in gateway.messages]


def test_a_message_is_queued_then_sending_then_succeeds(gateway: Gateway) -> None:
    send(gateway)
    seen = states(gateway)
    for _ in range(2):
        gateway.advance(1)
        seen += states(gateway)
    assert seen == ["queued", "sending", "succeeded"]
    [message] = gateway.messages
    assert message.received_at is not None
    assert message.accepted_at <= message.received_at
    assert message.reason is None


def test_numbers_say_what_becomes_of_their_messages(gateway: Gateway) -> None:
    send(gateway, FAILS, PENDING, NEVER_FOUND, LATE, ONE)
    gateway.advance(2)
    assert states(gateway) == ["failed", "sending", "queued", "queued", "succeeded"]
    gateway.advance(3600)
    assert states(gateway) == ["failed", "sending", "queued", "succeeded", "succeeded"]


def test_all_that_has_not_finished_to_a_number_is_delivered(gateway: Gateway) -> None:
    send(gateway, ONE, TWO, ONE)
    delivered = gateway.deliver("+999 555-00001")
    assert [message.state for message in delivered] == ["succeeded", "succeeded"]
    assert states(gateway) == ["succeeded", "queued", "succeeded"]


def test_one_message_is_delivered_by_its_id_and_fails_for_a_reason(gateway: Gateway) -> None:
    send(gateway, ONE, ONE)
    first, second = gateway.messages
    [delivered] = gateway.deliver(msg_id=second.msg_id, failed=True, reason="REJECTD")
    assert delivered == second
    assert (delivered.state, delivered.reason) == ("failed", "REJECTD")
    assert gateway.messages[0].state == first.state == "queued"


def test_what_was_delivered_stays_so(gateway: Gateway) -> None:
    send(gateway, ONE)
    gateway.deliver(ONE, failed=True)
    gateway.advance(100)
    assert states(gateway) == ["failed"]


@pytest.mark.parametrize("number", [FAILS, PENDING, NEVER_FOUND, LATE])
def test_to_deliver_is_stronger_than_a_magic_number(gateway: Gateway, number: str) -> None:
    send(gateway, number)
    gateway.deliver(number)
    assert states(gateway) == ["succeeded"]


def test_delivering_what_has_finished_or_is_not_there_is_an_error(gateway: Gateway) -> None:
    send(gateway)
    [message] = gateway.deliver(ONE)
    with pytest.raises(GatewayError, match="succeeded already"):
        gateway.deliver(msg_id=message.msg_id)
    with pytest.raises(GatewayError, match="no message to this number"):
        gateway.deliver(ONE)
    with pytest.raises(GatewayError, match="no message of this id"):
        gateway.deliver(msg_id="2611300250360000001")


def test_to_deliver_nothing_in_particular_is_an_error(gateway: Gateway) -> None:
    with pytest.raises(GatewayError, match="either by number or by msg_id"):
        gateway.deliver()
    with pytest.raises(GatewayError, match="either by number or by msg_id"):
        gateway.deliver(ONE, msg_id="1")
    with pytest.raises(GatewayError, match="only what failed has a reason"):
        gateway.deliver(ONE, reason="X")


def test_a_remote_gateway_does_the_same(gateway: Gateway) -> None:
    send(gateway, ONE, TWO)
    with RemoteGateway(gateway.url) as remote:
        remote.deliver(ONE, failed=True)
        remote.advance(2)
        assert states(remote) == states(gateway) == ["failed", "succeeded"]


def test_by_default_time_delivers() -> None:
    with Gateway(deliver_after=0) as gateway:
        send(gateway)
        assert states(gateway) == ["succeeded"]


def test_it_is_held_again_after_it_was_emptied() -> None:
    with Gateway(deliver_after=0) as gateway, RemoteGateway(gateway.url) as remote:
        remote.hold()
        remote.clear()
        remote.configure(deliver_after=1)
        send(gateway)
        assert states(remote) == ["queued"]


def test_emptying_it_forgets_how_far_the_clock_was_moved(gateway: Gateway) -> None:
    send(gateway)
    gateway.advance(10)
    gateway.clear()
    send(gateway)
    assert states(gateway) == ["queued"]


def test_a_message_is_the_same_whatever_has_become_of_it(gateway: Gateway) -> None:
    send(gateway)
    [before] = gateway.messages
    gateway.advance(2)
    [after] = gateway.messages
    assert before == after
    assert before.state != after.state


def test_who_is_told_of_accepted_messages_is_told_that_they_are_queued() -> None:
    told: list[AcceptedMessage] = []
    with Gateway(on_accepted=told.append) as gateway:
        send(gateway)
    assert [message.state for message in told] == ["queued"]


@pytest.mark.parametrize("settings", [{"deliver_after": -1.0}, {"deliver_after": float("nan")}])
def test_a_time_that_is_none_is_an_error(settings: dict[str, float]) -> None:
    with pytest.raises(GatewayError, match="deliver_after"):
        Gateway(**settings)  # type: ignore[arg-type]  # the types of a dictionary's values


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("advance", {}, "seconds"),
        ("advance", {"seconds": -1}, "seconds"),
        ("advance", {"hours": 1}, "only seconds"),
        ("deliver", {"number": 5}, "number"),
        ("deliver", {"number": ONE, "failed": "yes"}, "failed"),
        ("deliver", {"to": ONE}, "only number"),
        ("settings", {"held": 1}, "true or false"),
        ("settings", {"records_per_page": 0}, "records_per_page"),
        ("settings", {"deliver_after": "x"}, "number"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(gateway: Gateway, path: str, body: Any, says: str) -> None:
    method = "PATCH" if path == "settings" else "POST"
    headers = {"X-Laaffic-Mock": "1"}
    response = httpx2.request(method, f"{gateway.url}/_mock/{path}", json=body, headers=headers, trust_env=False)
    assert response.status_code == 400
    assert says in response.json()["error"]
