"""The provider's queries, asked by hand, and the contract that they keep."""

import time
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx2

from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET
from laaffic_mock._contract_file import find_contract


def signed() -> dict[str, str]:
    """Return the headers of a right signature."""
    now = str(int(time.time()))
    signature = md5(f"{SAMPLE_KEY}{SAMPLE_SECRET}{now}".encode(), usedforsecurity=False).hexdigest()
    return {"Api-Key": SAMPLE_KEY, "Timestamp": now, "Sign": signature}


def get(url: str, operation: str, **query: str) -> httpx2.Response:
    """Return the response to a query, with the app id of the sample account unless another is given."""
    given = {"appId": SAMPLE_APP, **query}
    return httpx2.get(f"{url}/v3/{operation}", params=given, headers=signed(), trust_env=False, timeout=30)


def reports(url: str, *msg_ids: str | None) -> Any:
    """Return what getReport responds."""
    return get(url, "getReport", msgIds=",".join(str(msg_id) for msg_id in msg_ids)).json()


def records(url: str, index: int = 0) -> Any:
    """Return what getSentRcd responds for the last hour, and the next minute."""
    times = {"startTime": written(timedelta(hours=-1)), "endTime": written(timedelta(minutes=1))}
    return get(url, "getSentRcd", startIndex=str(index), **times).json()


def written(ago: timedelta) -> str:
    """Return a time so far from now, as the provider writes times."""
    return (datetime.now(UTC) + ago).isoformat(timespec="seconds")


def stricter_contract(folder: Path) -> Path:
    """Write a contract that no response to a batch keeps, and return its path."""
    file = folder / "openapi.yaml"
    text = find_contract().read_text(encoding="utf-8")
    file.write_text(text.replace("required: [status]", "required: [status, another]"), encoding="utf-8")
    return file
