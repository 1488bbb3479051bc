"""The templates of the generated client serve queries too: tried on a small contract of two GETs."""

import asyncio
import importlib
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

ROOT = Path(__file__).parents[2]
GENERATE = runpy.run_path(str(ROOT / "tools" / "generate.py"))
NAME = "small_api"
RESPONSE = {
    "description": "A response.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/QueryResponse"}}},
}
HEADER = {"name": "Api-Key", "in": "header", "schema": {"type": "string"}}


def query(name: str, schema: dict[str, Any] | None = None, *, required: bool = False) -> dict[str, Any]:
    """Return a query parameter."""
    return {"name": name, "in": "query", "required": required, "schema": schema or {"type": "string"}}


def contract(folder: Path, *report: dict[str, Any]) -> Path:
    """Write a contract with a GET without parameters and one with these, and return its path."""
    get = {"tags": ["sms"], "summary": "Ask", "responses": {"200": RESPONSE}}
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {
            "/v3/getBalance": {"get": {**get, "operationId": "getBalance", "parameters": [HEADER]}},
            "/v3/getReport": {"get": {**get, "operationId": "getReport", "parameters": [HEADER, *report]}},
        },
        "components": {
            "schemas": {
                "QueryResponse": {
                    "type": "object",
                    "required": ["status"],
                    "properties": {"status": {"type": "string"}},
                }
            }
        },
    }
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the client that is made from a small contract."""
    folder = tmp_path_factory.mktemp("small")
    parameters = [
        query("appId", required=True),
        query("msgIds", required=True),
        query("startTime"),
        query("startIndex", {"type": "integer"}),
    ]
    GENERATE["make_client"](folder / NAME, contract(folder, *parameters))
    return folder


@pytest.fixture(scope="module")
def module(folder: Path) -> Iterator[Callable[[str], Any]]:
    """Return a function that imports a module of that client."""
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"{NAME}{name}")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]


def url(request: dict[str, Any]) -> str:
    """Return the address that httpx2 makes of a call's arguments."""
    return str(httpx2.Request(**request).url)


def test_a_query_without_parameters(module: Callable[[str], Any]) -> None:
    request = module(".api.sms.get_balance").build_request(base_url="https://host.invalid/")
    assert url(request) == "https://host.invalid/v3/getBalance"
    assert request["method"] == "get"
    assert request["headers"] == {"Content-Type": "application/json;charset=UTF-8"}
    assert "content" not in request


def test_parameters_are_percent_encoded_once(module: Callable[[str], Any]) -> None:
    request = module(".api.sms.get_report").build_request(
        base_url="https://host.invalid",
        app_id="a&b=%2B",
        msg_ids="2207201629421000001,2207201629421000002",
        start_time="2021-02-12T00:00:00+08:00",
        start_index=0,
    )
    assert url(request) == (
        "https://host.invalid/v3/getReport?appId=a%26b%3D%252B&msgIds=2207201629421000001%2C2207201629421000002"
        "&startTime=2021-02-12T00%3A00%3A00%2B08%3A00&startIndex=0"
    )


def test_parameters_that_are_not_given_are_left_out(module: Callable[[str], Any]) -> None:
    request = module(".api.sms.get_report").build_request(
        base_url="https://host.invalid", path="/sms/getReport", app_id="a", msg_ids="1"
    )
    assert url(request) == "https://host.invalid/sms/getReport?appId=a&msgIds=1"


def test_a_call_returns_what_came_back(module: Callable[[str], Any], kind: str) -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"status": str(request.url)})

    transport = httpx2.MockTransport(respond)
    client = module("").Client("https://host.invalid")
    report = module(".api.sms.get_report")
    if kind == "sync":
        with httpx2.Client(transport=transport) as http:
            response = report.sync_detailed(client=client.set_httpx_client(http), app_id="a", msg_ids="1")
    else:

        async def run() -> Any:
            async with httpx2.AsyncClient(transport=transport) as http:
                calling = client.set_async_httpx_client(http)
                return await report.asyncio_detailed(client=calling, app_id="a", msg_ids="1")

        response = asyncio.run(run())
    assert response.status_code == 200
    assert response.parsed.status == "https://host.invalid/v3/getReport?appId=a&msgIds=1"


def test_mypy_strict_reads_the_client(folder: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={folder / '.mypy'}", NAME]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "schema", [{"type": "string", "format": "date-time"}, {"type": "array", "items": {"type": "string"}}], ids=str
)
def test_a_parameter_that_is_not_plain_is_refused(
    schema: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        GENERATE["make_client"](tmp_path / NAME, contract(tmp_path, query("at", schema)))
    assert "this_template_serves_query_parameters_of_plain_types_only" in capfd.readouterr().err


def test_statuses_without_an_explanation_are_refused(tmp_path: Path) -> None:
    statuses = {"enum": ["0", "-1"], "x-enum-varnames": ["SUCCESS", "OTHER"], "x-statuses": {"0": {}}}
    path = tmp_path / "contract.yaml"
    path.write_text(yaml.safe_dump({"components": {"schemas": {"StatusCode": statuses}}}), encoding="utf-8")
    with pytest.raises(SystemExit, match="x-statuses of StatusCode must have the codes of its enum"):
        GENERATE["make_status_table"](tmp_path / "table.py", path)
