"""Requests made from the contract, good and bad, through the proxy that checks both sides; and to the inspection."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

from conftest import CREDENTIALS
from laaffic_mock import Gateway, Prism

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
# What goes on for ever, or waits for somebody.
ENDLESS = ("/_mock/events", "/_mock/messages/wait")
OWN_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance,negative_data_rejection"


def test_the_gateway_holds_the_contract(tmp_path: Path) -> None:
    now = str(int(time.time()))
    signed = CREDENTIALS["api_key"] + CREDENTIALS["api_secret"] + now
    sign = hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
    options = ["--checks", CHECKS, "--max-examples", "50", "--seed", "1", "--generation-database", "none", "--no-color"]
    for header in (f"Api-Key: {CREDENTIALS['api_key']}", f"Timestamp: {now}", f"Sign: {sign}"):
        options += ["-H", header]
    with Gateway() as gateway, Prism(upstream=gateway.url) as proxy:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            str(CONTRACT),
            "--url",
            proxy.url,
            *options,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        counts = gateway.counts
    assert done.returncode == 0, done.stdout
    # The run reached the gateway's rules, and was not turned down whole by the proxy.
    assert counts["status -1"] > 0
    assert counts["requests"] > counts["status -1"]


def test_the_gateway_holds_the_description_of_its_inspection(tmp_path: Path) -> None:
    options = ["--checks", OWN_CHECKS, "--max-examples", "5", "--seed", "1", "--generation-database", "none"]
    options += ["--no-color", "--phases", "examples,coverage,fuzzing", "-H", "X-Laaffic-Mock: 1"]
    for path in ENDLESS:
        options += ["--exclude-path", path]
    with Gateway() as gateway:
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, "run", f"{gateway.url}/_mock/openapi.json", "--url", gateway.url, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
