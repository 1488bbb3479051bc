"""`--dry-run` shows what would go out, and nothing does."""

import json
from typing import Any

import pytest

from cli.conftest import Laaffic, Write
from support.order_ids import Ours
from support.server import Server


@pytest.fixture(autouse=True)
def nothing_is_posted(gateway: Server) -> Any:
    """Hold after each test here that the server has seen nobody."""
    yield
    assert gateway.connections == 0
    assert not gateway.posts


def test_the_request_is_shown_as_it_would_go_out(laaffic: Laaffic, gateway: Server, write: Write) -> None:
    result = laaffic("send", write("a.csv", "number,content\n99900000001,नमस्ते 📦\n"), "--dry-run")
    assert result.exit_code == 0
    head, body, end = result.stdout.split("\n\n")
    assert head.startswith(f"POST {gateway.url}/v3/sendSms/batch\n")
    assert "Content-Type: application/json;charset=UTF-8" in head
    assert "Api-Key: bD********\n" in head
    assert "Sign: ********\n" in head
    assert "नमस्ते 📦" in body
    message = {"numbers": "99900000001", "content": "नमस्ते 📦", "orderId": Ours(0)}
    assert json.loads(body) == {"appId": "4luaKsL2", "array": [message]}
    assert end == "Dry run: 1 request for 1 recipient; nothing was sent.\n"
    assert "a real send has others" in result.stderr


def test_your_own_order_ids_are_no_others_in_a_real_send(laaffic: Laaffic) -> None:
    result = laaffic("send", "--to", "91856321412", "--content", "a", "--order-id", "o1", "--dry-run", "--json")
    assert json.loads(result.stdout)["requests"][0]["body"]["array"][0]["orderId"] == "o1"
    assert "a real send has others" not in result.stderr


def test_every_request_of_many_is_shown(laaffic: Laaffic, many: str) -> None:
    result = laaffic("send", many, "--dry-run", "--max-recipients", "100")
    assert result.stdout.count("POST ") == 3
    assert "Dry run: 3 requests for 250 recipients; nothing was sent." in result.stdout


def test_of_a_request_three_recipients_are_shown(laaffic: Laaffic, many: str) -> None:
    result = laaffic("send", many, "--dry-run")
    assert result.stdout.count('"numbers"') == 3
    assert "… and 247 more recipients in this request\n" in result.stdout
    assert "`laaffic campaign create`, then `preview`" in result.stderr


def test_of_a_message_to_many_three_recipients_are_shown(laaffic: Laaffic) -> None:
    numbers, ids = "99900000001,99900000002,99900000003,99900000004", "a,b,c,d"
    result = laaffic("send", "--to", numbers, "--content", "Hello", "--order-id", ids, "--dry-run")
    shown = json.loads(result.stdout.split("\n\n")[1])["array"]
    assert shown == [{"numbers": numbers[:35], "content": "Hello", "orderId": "a,b,c"}]
    assert "… and 1 more recipient in this request\n" in result.stdout
    assert "preview" not in result.stderr


def test_it_works_without_credentials_and_says_so(laaffic: Laaffic, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "API_SECRET", "APP_ID"):
        monkeypatch.delenv(f"LAAFFIC_{name}")
    result = laaffic("send", "--to", "91856321412", "--content", "a", "--dry-run")
    assert result.exit_code == 0
    assert "placeholder is shown: LAAFFIC_API_KEY, LAAFFIC_API_SECRET, LAAFFIC_APP_ID" in result.stderr
    assert '"appId": "placeholder"' in result.stdout


def test_a_short_key_is_masked_whole(laaffic: Laaffic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAAFFIC_API_KEY", "abc")
    assert "Api-Key: ********" in laaffic("send", "--to", "91856321412", "--content", "a", "--dry-run").stdout


def test_a_proxy_of_the_environment_sees_nothing(
    laaffic: Laaffic, gateway: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", gateway.url)
    monkeypatch.delenv("LAAFFIC_BASE_URL")
    result = laaffic("send", "--to", "91856321412", "--content", "a", "--dry-run")
    assert result.exit_code == 0
    assert "POST https://api.laaffic.com/v3/sendSms/batch" in result.stdout


def test_with_json_it_is_one_document_of_the_requests(laaffic: Laaffic, many: str) -> None:
    result = laaffic("send", many, "--dry-run", "--json", "--max-recipients", "100")
    assert result.stdout.count("\n") == 1
    document = json.loads(result.stdout)
    assert document["nothing_sent"] is True
    assert (document["recipients"], document["exit_code"]) == (250, 0)
    assert [len(request["body"]["array"]) for request in document["requests"]] == [100, 100, 50]
    assert document["requests"][0]["headers"]["Sign"] == "********"
    assert "nothing was sent" in result.stderr


def test_bad_input_is_refused_as_usual(laaffic: Laaffic, write: Write) -> None:
    result = laaffic("send", write("bad.csv", "number,content\n12,a\n"), "--dry-run", "--json")
    assert result.exit_code == json.loads(result.stdout)["exit_code"] == 2


def test_no_secret_is_shown_anywhere(laaffic: Laaffic, many: str) -> None:
    for options in ([], ["--json"]):
        result = laaffic("send", many, "--dry-run", *options)
        assert "7bz1lzh9" not in result.output
        assert "bDqJFiq9" not in result.output
