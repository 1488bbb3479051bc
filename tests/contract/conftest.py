"""The contract and its mock."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from laaffic_mock import Prism

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"


@pytest.fixture(scope="session")
def contract() -> Any:
    """Return openapi.yaml as it is written."""
    return yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def prism() -> Iterator[str]:
    """Return the URL of a Prism that serves the contract."""
    with Prism() as running:
        yield running.url
