"""Asking a gateway by hand: requests that are wrong on purpose, and its inspection paths."""

import hashlib
import time
from typing import Any

import httpx2

from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET

NUMBER = "99955500001"
PATH = "/v3/sendSms/batch"


def signed(**headers: str) -> dict[str, str]:
    """Return the headers of a signature, some of them replaced."""
    now = headers.get("Timestamp", str(int(time.time())))
    sign = hashlib.md5(f"{SAMPLE_KEY}{SAMPLE_SECRET}{now}".encode(), usedforsecurity=False).hexdigest()
    return {"Api-Key": SAMPLE_KEY, "Timestamp": now, "Sign": sign, **headers}


def send(url: str, message: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
    """Post one message by hand."""
    body = {"appId": SAMPLE_APP, "array": [{"numbers": NUMBER, "content": "x", **(message or {})}]}
    return httpx2.post(f"{url}{PATH}", headers=signed(**headers), json=body, trust_env=False)


def inspect(url: str, path: str, method: str = "GET", body: Any = None) -> Any:
    """Return what an inspection path responds."""
    headers = {"X-Laaffic-Mock": "1"}
    response = httpx2.request(method, f"{url}/_mock/{path}", headers=headers, json=body, trust_env=False)
    response.raise_for_status()
    return response.json() if response.content else None
