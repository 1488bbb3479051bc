"""How an inspection request is read, and what is wrong with it said."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from laaffic_mock.gateway.json_text import read_json
from laaffic_mock.gateway.serving.body import Unreadable, read_body
from laaffic_mock.gateway.serving.values import BadRequest, check_names

Handler = Callable[[Request], Awaitable[Response]]
MAX_BODY = 1024 * 1024


async def read_object(
    request: Request, read_timeout: float, default: bytes = b"", most: int = MAX_BODY
) -> dict[str, Any]:
    """Read a JSON object of at most so many bytes, by default 1 MiB.

    Raises:
        BadRequest: it is none.
        Unreadable: it is too large, or does not come in time.
    """
    body = await read_body(request, read_timeout, most) or default
    try:
        wanted = read_json(body)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise BadRequest("the body is not a JSON object")
    return wanted


def guarded(handler: Handler, *parameters: str) -> Handler:
    """Return a handler that refuses query parameters but these, and says what is wrong with a request."""

    async def guarded(request: Request) -> Response:
        try:
            check_names("query parameter", request.query_params, parameters)
            return await handler(request)
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, 400)
        except Unreadable as error:
            return JSONResponse({"error": str(error)}, error.status, {"Connection": "close"})

    guarded.parameters = parameters  # type: ignore[attr-defined]  # for the test that holds the description to them
    return guarded
