"""What goes over the wire."""

import hashlib
import time

import pytest

import laaffic
from conftest import CREDENTIALS, Send
from support.server import Server


def test_the_documented_batch_is_sent_as_documented(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    send(sample, base_url=server.url)
    assert server.posts[0].head == "POST /v3/sendSms/batch HTTP/1.1"
    assert server.posts[0].json() == {
        "appId": "4luaKsL2",
        "array": [
            {"numbers": "91856321412,91856321413", "content": "test message", "senderId": "", "orderId": "56584,56585"},
            {"numbers": "91856321414", "content": "test message1", "senderId": "", "orderId": "56586"},
        ],
    }


def test_what_is_not_given_is_not_sent(send: Send, server: Server) -> None:
    send([laaffic.Message("+999 0000-0001", "नमस्ते 你好 ¡Hola! 😀")], base_url=server.url, own_order_ids=False)
    assert server.posts[0].json()["array"] == [{"numbers": "99900000001", "content": "नमस्ते 你好 ¡Hola! 😀"}]


def test_every_request_is_signed_with_the_time_of_its_own(
    send: Send, server: Server, sample: list[laaffic.Message]
) -> None:
    before = int(time.time())
    send(sample, base_url=server.url)
    headers = server.posts[0].headers
    assert before <= int(headers["timestamp"]) <= time.time()
    text = CREDENTIALS["api_key"] + CREDENTIALS["api_secret"] + headers["timestamp"]
    assert headers["sign"] == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert headers["api-key"] == CREDENTIALS["api_key"]
    assert headers["content-type"] == "application/json;charset=UTF-8"


def test_the_base_url_may_have_a_path_and_a_slash(send: Send, server: Server, sample: list[laaffic.Message]) -> None:
    send(sample, base_url=f"{server.url}/sms/")
    assert server.posts[0].head == "POST /sms/v3/sendSms/batch HTTP/1.1"


def test_the_environment_names_the_gateway(
    send: Send, server: Server, sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", server.url)
    assert len(send(sample).accepted) == 3


def test_arguments_win_over_the_environment(
    send: Send, server: Server, sample: list[laaffic.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAAFFIC_BASE_URL", "http://127.0.0.1:1")
    send(sample, base_url=server.url, api_key="other", api_secret="s", app_id="another")
    assert server.posts[0].headers["api-key"] == "other"
    assert server.posts[0].json()["appId"] == "another"


def test_one_client_reuses_its_connection(server: Server, sample: list[laaffic.Message]) -> None:
    with laaffic.Client(base_url=server.url) as client:
        for _ in range(3):
            client.send_batch(sample)
    assert len(server.posts) == 3
    assert server.connections == 1
