# Generated from openapi.yaml by `make generate`. Do not edit.
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx2

from ...client import Client
from ...models.sent_records_response import SentRecordsResponse
from ...types import UNSET, Response, Unset

PATH = "/v3/getSentRcd"


@lru_cache(maxsize=8)
def _url(base_url: str, path: str) -> httpx2.URL:
    # httpx2 would parse it twice for every request.
    return httpx2.URL(base_url.rstrip("/") + path)


def build_request(
    *,
    base_url: str,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    app_id: str,
    start_time: str,
    end_time: str,
    start_index: int | Unset = 0,
) -> dict[str, Any]:
    """The arguments of `httpx2.Client.request` for this operation; `headers` are those of its security schemes"""
    params: dict[str, Any] = {
        "appId": app_id,
        "startTime": start_time,
        "endTime": end_time,
        "startIndex": start_index,
    }
    return {
        "method": "get",
        "url": _url(base_url, path),
        "params": {name: value for name, value in params.items() if value is not UNSET},
        "headers": {"Content-Type": "application/json;charset=UTF-8", **(headers or {})},
    }


def _response(response: httpx2.Response) -> Response[SentRecordsResponse]:
    return Response(
        status_code=response.status_code,
        headers=response.headers,
        content=response.content,
        read=SentRecordsResponse.from_dict,
    )


def sync_detailed(
    *,
    client: Client,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    options: dict[str, Any] | None = None,
    app_id: str,
    start_time: str,
    end_time: str,
    start_index: int | Unset = 0,
) -> Response[SentRecordsResponse]:
    """Ask which messages were sent in a time. Raises what httpx2 raises, and never because of what the response says.

    `path` is for servers that use another; `headers` are those of its security schemes; `options` are further
    arguments of `httpx2.Client.request`, such as `timeout`.
    """

    request = build_request(
        base_url=client.base_url,
        path=path,
        headers=headers,
        app_id=app_id,
        start_time=start_time,
        end_time=end_time,
        start_index=start_index,
    )
    return _response(client.get_httpx_client().request(**request, **(options or {})))


async def asyncio_detailed(
    *,
    client: Client,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    options: dict[str, Any] | None = None,
    app_id: str,
    start_time: str,
    end_time: str,
    start_index: int | Unset = 0,
) -> Response[SentRecordsResponse]:
    """Ask which messages were sent in a time. Raises what httpx2 raises, and never because of what the response says.

    `path` is for servers that use another; `headers` are those of its security schemes; `options` are further
    arguments of `httpx2.Client.request`, such as `timeout`.
    """

    request = build_request(
        base_url=client.base_url,
        path=path,
        headers=headers,
        app_id=app_id,
        start_time=start_time,
        end_time=end_time,
        start_index=start_index,
    )
    return _response(await client.get_async_httpx_client().request(**request, **(options or {})))
