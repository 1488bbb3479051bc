# Generated from openapi.yaml by `make generate`. Do not edit.
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx2
import orjson

from ...client import Client
from ...models.send_batch_request import SendBatchRequest
from ...models.send_batch_response import SendBatchResponse
from ...types import Response

PATH = "/v3/sendSms/batch"


@lru_cache(maxsize=8)
def _url(base_url: str, path: str) -> httpx2.URL:
    # httpx2 would parse it twice for every request.
    return httpx2.URL(base_url.rstrip("/") + path)


def build_request(
    *,
    base_url: str,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    body: SendBatchRequest,
) -> dict[str, Any]:
    """The arguments of `httpx2.Client.request` for this operation; `headers` are those of its security schemes"""
    return {
        "method": "post",
        "url": _url(base_url, path),
        "content": orjson.dumps(body.to_dict()),
        "headers": {"Content-Type": "application/json;charset=UTF-8", **(headers or {})},
    }


def _response(response: httpx2.Response) -> Response[SendBatchResponse]:
    return Response(
        status_code=response.status_code,
        headers=response.headers,
        content=response.content,
        read=SendBatchResponse.from_dict,
    )


def sync_detailed(
    *,
    client: Client,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    options: dict[str, Any] | None = None,
    body: SendBatchRequest,
) -> Response[SendBatchResponse]:
    """Send messages with different texts in one request. Raises what httpx2 raises, and never because of what the response says.

    `path` is for servers that use another; `headers` are those of its security schemes; `options` are further
    arguments of `httpx2.Client.request`, such as `timeout`.
    """

    request = build_request(
        base_url=client.base_url,
        path=path,
        headers=headers,
        body=body,
    )
    return _response(client.get_httpx_client().request(**request, **(options or {})))


async def asyncio_detailed(
    *,
    client: Client,
    path: str = PATH,
    headers: Mapping[str, str] | None = None,
    options: dict[str, Any] | None = None,
    body: SendBatchRequest,
) -> Response[SendBatchResponse]:
    """Send messages with different texts in one request. Raises what httpx2 raises, and never because of what the response says.

    `path` is for servers that use another; `headers` are those of its security schemes; `options` are further
    arguments of `httpx2.Client.request`, such as `timeout`.
    """

    request = build_request(
        base_url=client.base_url,
        path=path,
        headers=headers,
        body=body,
    )
    return _response(await client.get_async_httpx_client().request(**request, **(options or {})))
