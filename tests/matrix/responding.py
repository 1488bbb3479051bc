"""Responses that something in front of the gateway makes: instead of passing the request on, or after it."""

import json
from collections.abc import Callable
from typing import Any

from matrix.cell import Arrange, passing
from support.front import Reply
from support.server import answer

Change = Callable[[dict[str, Any]], Any]


def instead(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Arrange:
    """Respond without passing the request on."""
    return lambda stage: stage.front(answer(content, status=status, headers=headers))


def replaced(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Arrange:
    """Pass the request on, and respond with something else than the gateway did."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return passing(lambda reply: Reply(status, {**reply.headers, **(headers or {})}, body).bytes())


def changed(change: Change, status: int = 200) -> Arrange:
    """Pass the request on, and change what the gateway's response says."""

    def reply(whole: Reply) -> bytes:
        return Reply(status, whole.headers, json.dumps(change(json.loads(whole.body))).encode()).bytes()

    return passing(reply)
