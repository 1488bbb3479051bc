"""Random faults, interrupts, forks, cancellations and kills: what was claimed is held against the server's book."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chaos.book import Claims, wrong
from chaos.held_back import is_held_back
from chaos.records import reconciled
from chaos.scenarios import KILLED, SCENARIOS, claimed, kill, plans
from chaos.server import gateway

pytestmark = pytest.mark.usefixtures("unmeasured")
SECONDS = 120.0  # generous: none takes more than a few


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if not is_held_back(name)])
def test_what_is_claimed_is_in_the_book(scenario: str, seed: int, tmp_path: Path) -> None:
    since = datetime.now(UTC)
    with gateway(seed, tmp_path) as running:
        claims = claimed(SCENARIOS[scenario], running, seed, tmp_path, SECONDS)
        reconciled(running.url, running.book, claims, seed, since)
        assert not wrong(running.book, claims), "\n".join(wrong(running.book, claims))
    assert claims.asked


@pytest.mark.parametrize("scenario", KILLED)
def test_what_was_claimed_before_a_kill_is_in_the_book(scenario: str, seed: int, tmp_path: Path) -> None:
    with gateway(seed, tmp_path) as running:
        parts = [KILLED[scenario]._replace(name=f"killed {turn}") for turn in range(3)]
        claims = Claims()
        for part, plan in zip(parts, plans(parts, running, seed, tmp_path, SECONDS), strict=True):
            kill(part, plan, running, claims)
        assert not wrong(running.book, claims), "\n".join(wrong(running.book, claims))
    assert claims.told
