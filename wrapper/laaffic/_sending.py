"""The way of a batch from request to result, and all that takes part in it.

It is imported with the first client and not before: it takes about as long as httpx2, of which `import laaffic` alone,
for a message or an error, needs nothing.
"""

import logging

import httpx2

from laaffic._batch.batch import Batch
from laaffic._http.call import exchange, exchange_async
from laaffic._http.evidence import Evidence
from laaffic._http.signing import Signer
from laaffic._http.transport import open_async, open_sync
from laaffic._model.results import BatchResult
from laaffic._outcome.outcome import judge
from laaffic._request import to_request
from laaffic._settings import Settings
from laaffic_api import Client as ApiClient

_logger = logging.getLogger("laaffic")


def signer(settings: Settings) -> Signer:
    """Return what signs every request of one client."""
    return Signer(settings.api_key, settings.api_secret)


def connect(settings: Settings, signer: Signer, transport: httpx2.BaseTransport | None) -> ApiClient:
    """Return the generated client, ready to post."""
    api = ApiClient(base_url=settings.base_url)
    return api.set_httpx_client(open_sync(settings, signer, transport))


def connect_async(settings: Settings, signer: Signer, transport: httpx2.AsyncBaseTransport | None) -> ApiClient:
    """Return the generated client, ready to post without blocking."""
    api = ApiClient(base_url=settings.base_url)
    return api.set_async_httpx_client(open_async(settings, signer, transport))


def send(api: ApiClient, batch: Batch, settings: Settings) -> BatchResult:
    """Post a batch and judge what comes back."""
    return _judged(batch, exchange(api, to_request(batch, settings.app_id), settings.connect_retries))


async def send_async(api: ApiClient, batch: Batch, settings: Settings) -> BatchResult:
    """Do the same without blocking."""
    return _judged(batch, await exchange_async(api, to_request(batch, settings.app_id), settings.connect_retries))


def _judged(batch: Batch, evidence: Evidence) -> BatchResult:
    result = judge(batch, evidence)
    _logger.debug("posted a batch: %r", result)
    return result
