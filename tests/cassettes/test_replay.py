"""Recorded responses of the mock, replayed with the network blocked: `make cassettes` records them anew."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import yaml
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]  # vcrpy has none

import laaffic
from conftest import CREDENTIALS
from laaffic._model import times
from laaffic_mock import AsyncPreferTransport, PreferTransport, Prism

RECORDINGS = Path(__file__).with_name("cassettes")
HERE = "http://127.0.0.1:1"  # nobody listens there; recordings bear no port


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    """Keep what identifies a sender or a recipient out of the recordings."""
    return {
        "match_on": ["method", "path", "query", "body"],
        "filter_headers": ["Api-Key", "Sign", "Timestamp", "User-Agent", "Host"],
        "before_record_request": scrub_request,
        "before_record_response": scrub_response,
        "decode_compressed_response": True,
    }


def scrub_request(request: Any) -> Any:
    """Leave neither text nor app id in a recorded request; the numbers are the provider's published sample."""
    target = urlsplit(request.uri)
    query = urlencode([(name, "scrubbed" if name == "appId" else value) for name, value in parse_qsl(target.query)])
    request.uri = urlunsplit(("https", "gateway.invalid", target.path, query, ""))
    if not request.body:
        return request
    body = json.loads(request.body)
    if body.get("appId") != "scrubbed":
        body["appId"] = "scrubbed"
        for message in body["array"]:
            message["content"] = f"{len(message['content'])} characters"
    request.body = json.dumps(body).encode()
    return request


def scrub_response(response: Any) -> Any:
    """Leave no headers but those that the SDK reads, and only the provider's published sample numbers."""
    response["headers"] = {k: v for k, v in response["headers"].items() if k.lower() in {"date", "content-type"}}
    return response


@pytest.fixture
def gateway(record_mode: str) -> Iterator[str]:
    """Return where to send to: the mock while recording, else a place where nobody listens."""
    if record_mode == "none":
        yield HERE
        return
    with Prism() as prism:
        yield prism.url


@pytest.mark.vcr
@pytest.mark.block_network
def test_a_recorded_success_is_accepted(gateway: str, sample: list[laaffic.Message]) -> None:
    with laaffic.Client(base_url=gateway) as client:
        result = client.send_batch(sample)
    assert [recipient.msg_id for recipient in result.accepted] == [f"220720162942100000{n}" for n in (1, 2, 3)]


@pytest.mark.vcr
@pytest.mark.block_network
def test_a_recorded_refusal_is_raised(gateway: str, sample: list[laaffic.Message]) -> None:
    transport = PreferTransport("insufficient_balance")
    with laaffic.Client(base_url=gateway, transport=transport) as client, pytest.raises(laaffic.StatusError) as caught:
        client.send_batch(sample)
    assert caught.value.status == "-10"
    assert len(caught.value.result.rejected) == 3


@pytest.mark.vcr
@pytest.mark.block_network
def test_a_recorded_partial_success_is_a_result(gateway: str, sample: list[laaffic.Message]) -> None:
    async def run() -> laaffic.BatchResult:
        transport = AsyncPreferTransport("partial_success")
        async with laaffic.AsyncClient(base_url=gateway, transport=transport) as client:
            return await client.send_batch(sample)

    result = asyncio.run(run())
    assert [recipient.state for recipient in result.recipients] == ["accepted", "accepted", "rejected"]


@pytest.mark.vcr
@pytest.mark.block_network
def test_recorded_reports_are_read(gateway: str) -> None:
    ids = [f"210802105401100009{n}" for n in (5, 6, 7, 8)]
    with laaffic.Client(base_url=gateway) as client:
        reports = client.get_reports(ids)
    assert [report.state for report in reports] == ["succeeded", "failed", "pending", "not_found"]


@pytest.mark.vcr
@pytest.mark.block_network
def test_a_recorded_page_without_rows_ends_the_records(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "MAX_AGE", timedelta(days=36_500))  # the recording's time is long past
    start = datetime(2021, 2, 12, tzinfo=UTC)
    with laaffic.Client(base_url=gateway, transport=PreferTransport("empty_page")) as client:
        assert list(client.iter_sent_records(start, start + timedelta(days=1))) == []


@pytest.mark.vcr("test_a_recorded_success_is_accepted.yaml")
@pytest.mark.block_network
def test_what_the_recorder_raises_arrives(gateway: str, record_mode: str) -> None:
    if record_mode == "none":
        with laaffic.Client(base_url=gateway) as client, pytest.raises(CannotOverwriteExistingCassetteException):
            client.send_batch([laaffic.Message("99955500001", "another text")])


def test_there_is_a_recording_for_every_replay() -> None:
    assert len(list(RECORDINGS.rglob("*.yaml"))) == 5


def test_no_recording_holds_a_secret_or_a_text() -> None:
    for recording in RECORDINGS.rglob("*.yaml"):
        text = recording.read_text(encoding="utf-8")
        assert not [secret for secret in (*CREDENTIALS.values(), "test message", "127.0.0.1") if secret in text]
        assert not re.search(r"\b[0-9a-fA-F]{32}\b", text)
        numbers = set(re.findall(r"(?<!\d)\d{11}(?!\d)", text))
        assert numbers <= {"91856321412", "91856321413", "91856321414"}  # the provider's published sample
        for interaction in yaml.safe_load(text)["interactions"]:
            assert not {"sign", "api-key", "timestamp"} & {name.lower() for name in interaction["request"]["headers"]}
