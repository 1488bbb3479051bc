"""How much the gateway keeps: so many messages, so many bytes; and what was let go is never denied."""

from collections.abc import Iterator

import httpx2
import pytest

import laaffic
from laaffic_mock import Gateway, GatewayError
from laaffic_mock.gateway.delivery.life import Clock
from laaffic_mock.gateway.desk.book import Book, Recipient, Sought
from laaffic_mock.gateway.faults.magic import fate_of

NUMBER = "99955500001"
MIB = 1024 * 1024
STANDING = Clock(lambda: 0.0, held=True)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Return a gateway of its own."""
    with Gateway() as running:
        yield running


def long_ids(count: int, length: int) -> list[Recipient]:
    """Return recipients with order ids of this length, none of them shared."""
    return [Recipient(NUMBER, "x", "", f"{n}".ljust(length, "x")) for n in range(count)]


def accept(book: Book, recipients: list[Recipient]) -> None:
    """Accept recipients whose messages take two seconds."""
    book.accept(recipients, 0, 2, fate_of)


def test_it_keeps_no_more_bytes_than_its_limit_allows() -> None:
    book = Book(1, STANDING)
    kept = Book(100_000, STANDING)
    for _ in range(40):
        accept(book, long_ids(10, 50_000))
        accept(kept, long_ids(100, 50_000))
    assert book.page(Sought(), 0, 0).total == 1
    page = kept.page(Sought(), 0, 10_000)
    assert sum(len(message.order_id or "") for message in page.messages) < 100 * MIB
    assert page.accepted == page.let_go + page.total == 4_000
    assert str(page.messages[-1].order_id).startswith("99x"), "the oldest go first"
    kept.clear(STANDING)
    accept(kept, long_ids(100, 50_000))
    assert kept.page(Sought(), 0, 0).total == 100


def test_a_hundred_thousand_usual_messages_fit() -> None:
    book = Book(100_000, STANDING)
    accept(book, [Recipient(NUMBER, f"Your code is {n:06d}. " * 20, "ACME", f"order-{n}") for n in range(100_001)])
    assert book.page(Sought(), 0, 0).let_go == 1


def test_what_was_too_large_to_keep_is_not_denied(gateway: Gateway) -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        client.send_batch([laaffic.Message(NUMBER, "x", order_ids=["y" * 100_000])])
        client.send_batch([laaffic.Message(NUMBER, "another")])
    assert [message.content for message in gateway.messages] == ["another"]
    gateway.assert_sent(containing="another")
    with pytest.raises(GatewayError, match="1 of the accepted messages were let go"):
        gateway.assert_sent(containing="x")
    with pytest.raises(GatewayError, match="let go"):
        gateway.assert_not_sent(containing="x")


def test_faults_that_are_still_to_come_are_so_many_at_most(gateway: Gateway) -> None:
    for _ in range(10):
        gateway.fail_next("drop", times=10_000)
    with pytest.raises(GatewayError, match="100000 faults are still to come"):
        gateway.fail_next("drop")


def test_what_asks_for_a_change_is_small(gateway: Gateway) -> None:
    words = {"words": ["x" * MIB]}
    headers = {"X-Laaffic-Mock": "1"}
    assert (
        httpx2.patch(f"{gateway.url}/_mock/settings", json=words, headers=headers, trust_env=False).status_code == 413
    )
