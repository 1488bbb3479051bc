"""`getBalance`: what the account has to spend."""

from typing import Any

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.account import Account
from laaffic_mock.gateway.desk.exchange import Call, Endpoint, Request


def make_endpoint(contract: Contract) -> Endpoint:
    """Return the endpoint."""
    operation = contract.operation("getBalance")
    unlimited = next(example for example in operation.examples if example["status"] == "0")

    def read(_: Request, account: Account) -> Call:
        def respond() -> dict[str, Any]:
            left = account.settings.balance
            # Without a limit there is no true figure: the contract's example is as good as any.
            return dict(unlimited) if left is None else {**unlimited, "balance": f"{left}.000000", "gift": "0.00000"}

        return Call(respond)

    return Endpoint(operation, read)
