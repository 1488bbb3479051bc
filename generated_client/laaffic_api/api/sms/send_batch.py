# Generated from openapi.yaml by `make generate`. Do not edit.
from functools import lru_cache
from typing import Any

import httpx
import orjson

from ...client import AuthenticatedClient, Client
from ...models.send_batch_request import SendBatchRequest
from ...models.send_batch_response import SendBatchResponse
from ...types import Response


@lru_cache(maxsize=8)
def _url(base_url: str) -> httpx.URL:
    # httpx would parse it twice for every request.
    return httpx.URL(base_url.rstrip("/") + "/v3/sendSms/batch")


def build_request(*, base_url: str, body: SendBatchRequest) -> dict[str, Any]:
    """The arguments of `httpx.Client.request` for this operation, but for the headers of its security"""
    return {
        "method": "post",
        "url": _url(base_url),
        "content": orjson.dumps(body.to_dict()),
        "headers": {"Content-Type": "application/json;charset=UTF-8"},
    }


def _response(response: httpx.Response) -> Response[SendBatchResponse]:
    return Response(
        status_code=response.status_code,
        headers=response.headers,
        content=response.content,
        read=SendBatchResponse.from_dict,
    )


def sync_detailed(*, client: AuthenticatedClient | Client, body: SendBatchRequest) -> Response[SendBatchResponse]:
    """Send messages with different texts in one request. Raises what httpx raises; never for what the answer says."""

    http = client.get_httpx_client()
    return _response(http.request(**build_request(base_url=str(http.base_url), body=body)))


async def asyncio_detailed(
    *, client: AuthenticatedClient | Client, body: SendBatchRequest
) -> Response[SendBatchResponse]:
    """Send messages with different texts in one request. Raises what httpx raises; never for what the answer says."""

    http = client.get_async_httpx_client()
    return _response(await http.request(**build_request(base_url=str(http.base_url), body=body)))
