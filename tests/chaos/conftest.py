"""A seed for each test: a fixed one, or the one that is to be replayed."""

import os

import pytest


@pytest.fixture
def seed() -> int:
    """Return the seed, and show it when the test fails."""
    chosen = int(os.environ.get("LAAFFIC_CHAOS_SEED", "1"))
    print(f"to replay: LAAFFIC_CHAOS_SEED={chosen}")  # pytest shows it with a failure
    return chosen
