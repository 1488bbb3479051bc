"""The inbox: a page at `/`, and its files below `/_mock/inbox/`. Nothing but the files of its own folder is served."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from laaffic_mock.gateway.serving.handling import guarded

INBOX = Path(__file__).parents[2] / "inbox"
_INDEX = "index.html"
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[Route]:
    """Return the routes of the page."""
    return [Route("/", guarded(_index)), Route("/_mock/inbox/{name:path}", guarded(_file))]


async def _index(_: Request) -> Response:
    """Serve the page."""
    return _served(_INDEX)


async def _file(request: Request) -> Response:
    """Serve one of the page's files."""
    return _served(request.path_params["name"])


def _served(name: str) -> Response:
    # Looked up among the files that there are, never opened by a name that somebody sent.
    files = {file.relative_to(INBOX).as_posix(): file for file in INBOX.rglob("*") if file.suffix in _KINDS}
    if name not in files:
        return JSONResponse({"error": "the page has no such file"}, 404)
    return Response(files[name].read_bytes(), headers=dict(_HEADERS), media_type=_KINDS[files[name].suffix])
