"""What a message costs: the gateway counts segments by itself, and as the SDK does."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic_mock import Gateway
from laaffic_mock.gateway.desk.parts import count_segments

NUMBER = "99955500001"
TEXTS = st.lists(st.sampled_from(["a", "€", "é", "a" * 66, "a" * 152, "€" * 76, "漢", "\U0001f600", "\n", "\\"])).map(
    "".join
)


@given(text=TEXTS | st.text(max_size=400))
def test_the_gateway_and_the_sdk_count_the_same(text: str) -> None:
    assert count_segments(text) == laaffic.segments(text).parts


@pytest.mark.parametrize("character", [chr(code) for code in range(0x180)] + list("ΔΦΓΛΩΠΨΣΘΞ€漢"))
def test_they_agree_on_each_character(character: str) -> None:
    for length in (1, 75, 160):
        assert count_segments(character * length) == laaffic.segments(character * length).parts


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Return a gateway with 5 to spend."""
    with Gateway() as running:
        running.balance = 5
        yield running


def test_each_recipient_costs_the_segments_of_the_text(gateway: Gateway) -> None:
    with laaffic.Client(base_url=gateway.url) as client:
        client.send_batch([laaffic.Message([NUMBER, "99955500002"], "x" * 161), laaffic.Message(NUMBER, "short")])
    assert gateway.balance == 0


def test_a_balance_that_does_not_cover_all_segments_refuses_the_request(gateway: Gateway) -> None:
    with laaffic.Client(base_url=gateway.url) as client, pytest.raises(laaffic.InsufficientBalanceError):
        client.send(NUMBER, "漢" * 68 * 5)
    assert gateway.balance == 5
    gateway.assert_not_sent()
