"""The endpoints of the contract: each file here is one, and nothing else has to know of it.

Such a file has a function `make_endpoint(contract)`, which looks its operation up and returns an `Endpoint`. What every
endpoint needs (the signature, the clock, the addresses, the faults) is done elsewhere, for all of them.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from laaffic_mock.gateway.contract import Contract
from laaffic_mock.gateway.desk.exchange import Endpoint


def find_endpoints(contract: Contract) -> Iterator[Endpoint]:
    """Yield the endpoint of every file in this folder."""
    for module in iter_modules(__path__):
        yield import_module(f"{__name__}.{module.name}").make_endpoint(contract)
