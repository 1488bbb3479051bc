"""The gateway's balance, asked for by the SDK."""

from decimal import Decimal

import pytest

import laaffic
from laaffic_mock import Gateway


def test_it_falls_with_what_is_sent() -> None:
    with Gateway() as gateway, laaffic.Client(base_url=gateway.url) as client:
        gateway.balance = 3
        client.send("99955500001", "Hello")
        assert client.get_balance() == laaffic.Balance(Decimal(2), Decimal(0), Decimal(0))


def test_without_a_limit_it_is_the_contracts_example() -> None:
    with Gateway() as gateway, laaffic.Client(base_url=gateway.url) as client:
        assert client.get_balance().balance == Decimal("99.99")


def test_faults_and_the_clock_are_for_it_as_for_sending() -> None:
    with Gateway() as gateway, laaffic.Client(base_url=gateway.url) as client:
        gateway.configure(clock_offset=7200)
        assert client.get_balance().credit == 0
        gateway.fail_next("drop")
        assert client.get_balance().credit == 0
        gateway.configure(allowed_ips=["192.0.2.1"])
        with pytest.raises(laaffic.IPRestrictedError):
            client.get_balance()
