"""The descriptions as OpenAPI: that of the inspection paths, and the contract."""

import json
from functools import cache
from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laaffic_mock._contract_file import find_contract
from laaffic_mock.gateway.serving.handling import guarded

DESCRIPTION = Path(__file__).parents[2] / "inspection.yaml"


def description_routes() -> list[Route]:
    """Return the routes."""
    return [Route("/_mock/openapi.json", guarded(_description)), Route("/_mock/contract.yaml", guarded(_contract))]


async def _description(_: Request) -> Response:
    """Serve the description."""
    return Response(_as_json(), media_type="application/json")


async def _contract(_: Request) -> Response:
    """Serve the contract as it is written, as text, which every browser shows."""
    return Response(
        find_contract().read_bytes(), headers={"X-Content-Type-Options": "nosniff"}, media_type="text/plain"
    )


@cache
def _as_json() -> bytes:
    return json.dumps(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")), ensure_ascii=False).encode()
