"""The contract's code samples run, and do what their endpoint does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from laaffic_mock import Gateway, environment_for

PATHS = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))["paths"]
OPERATIONS = {
    operation["operationId"]: operation.get("x-codeSamples", [])
    for path in PATHS.values()
    for operation in path.values()
}
SAMPLES = [
    pytest.param(operation, sample["lang"], sample["source"], id=f"{operation}-{sample['lang']}")
    for operation, samples in OPERATIONS.items()
    for sample in samples
]
RUN = {"Python": [sys.executable, "-c"], "Shell": ["sh", "-euc"]}
TOOLS = ("curl", "openssl", "md5sum")


@pytest.mark.parametrize(("operation", "language", "source"), SAMPLES)
def test_it_runs(operation: str, language: str, source: str) -> None:
    if language == "Shell" and not all(map(shutil.which, TOOLS)):
        pytest.skip("needs curl, openssl and md5sum")
    with Gateway() as gateway:
        environment = os.environ | environment_for(gateway.url)
        command = [*RUN[language], source]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if language == "Shell":
            assert json.loads(done.stdout)["status"] == "0"
        assert len(gateway.messages) == (3 if operation == "sendBatch" else 0)


def test_every_endpoint_has_samples_in_both_languages() -> None:
    languages = {name: [sample["lang"] for sample in samples] for name, samples in OPERATIONS.items()}
    assert set(map(tuple, languages.values())) == {("Python", "Shell")}, languages
