"""The two mocks, as the contract suite sees them: a way to ask for each answer of the contract by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import laaffic
from laaffic_mock import AsyncPreferTransport, Gateway, PreferTransport, Prism, magic_numbers

SPEC = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
ANSWER = SPEC["paths"]["/v3/sendSms/batch"]["post"]["responses"]["200"]["content"]["application/json"]
EXAMPLES = ANSWER["examples"]


@dataclass(frozen=True)
class Mock:
    """One of the mocks behind a URL."""

    name: str
    url: str

    def messages(self, example: str) -> list[laaffic.Message]:
        """Return a batch of three recipients that this mock answers as the example says."""
        third = "91856321414" if self.name == "prism" else _third_recipient(example)
        return [
            laaffic.Message(["91856321412", "91856321413"], "test message", "", ["56584", "56585"]),
            laaffic.Message(third, "test message1", "", ["56586"]),
        ]

    def transport(self, example: str, kind: str) -> object:
        """Return the client's transport that asks for the example; None where the number asks for it."""
        if self.name != "prism":
            return None
        return PreferTransport(example) if kind == "sync" else AsyncPreferTransport(example)


def _third_recipient(example: str) -> str:
    if example == "success":
        return "99955500003"
    wanted = "not taken" if example == "partial_success" else f"with status {EXAMPLES[example]['value']['status']}"
    return next(number for number, means in magic_numbers() if means.endswith(wanted) or wanted in means.split(";")[0])


@pytest.fixture(scope="session")
def prism() -> Iterator[Mock]:
    """Return Prism on the contract's examples."""
    with Prism() as running:
        yield Mock("prism", running.url)


@pytest.fixture(scope="session")
def gateway() -> Iterator[Mock]:
    """Return the stateful gateway, with Prism before it that holds what passes against the contract."""
    with Gateway() as running, Prism(upstream=running.url) as proxy:
        yield Mock("gateway", proxy.url)


@pytest.fixture(params=["prism", "gateway"])
def mock(request: pytest.FixtureRequest) -> Mock:
    """Run a test on each mock."""
    found: Mock = request.getfixturevalue(request.param)
    return found
