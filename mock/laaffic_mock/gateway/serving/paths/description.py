"""The description of the inspection paths, as OpenAPI."""

import json
from functools import cache
from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laaffic_mock.gateway.serving.handling import guarded

DESCRIPTION = Path(__file__).parents[2] / "inspection.yaml"


def description_routes() -> list[Route]:
    """Return the route."""
    return [Route("/_mock/openapi.json", guarded(_description))]


async def _description(_: Request) -> Response:
    """Serve the description."""
    return Response(_as_json(), media_type="application/json")


@cache
def _as_json() -> bytes:
    return json.dumps(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")), ensure_ascii=False).encode()
