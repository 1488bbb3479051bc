"""The example with Celery passes its own tests, in a copy of its folder, with a database and a queue of its own."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from support.services import NO_BROKER, brokers, own_queue

BACKENDS = ["postgresql"]
EXAMPLE = Path(__file__).parents[2] / "examples" / "celery_shop"


@pytest.mark.usefixtures("unmeasured")
def test_the_shop_passes_its_tests(url: str, tmp_path: Path) -> None:
    if not brokers():
        pytest.skip(NO_BROKER)
    folder = copytree(EXAMPLE, tmp_path / "celery_shop", ignore=ignore_patterns("__pycache__"))
    with own_queue(next(iter(brokers().values()))) as mine:
        shop = {"LAAFFIC_LEDGER": url, "BROKER": mine.url, "QUEUE": mine.queue, "SECONDS_OF_A_SLICE": "1"}
        user = {name: value for name, value in os.environ.items() if not name.startswith(("LAAFFIC_", "PYTEST_"))}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--durations=6"]
        done = subprocess.run(command, cwd=folder, env=user | shop, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    assert " 3 passed" in done.stdout
