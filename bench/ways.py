"""The ways of sending one body over one keep-alive connection, from the bare socket up to the SDK."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import httpx
import orjson

import laaffic
from bench.bodies import APP, KEY, SECRET, Body, document
from bench.raw import RawConnection
from bench.serving import Upstream
from bench.timing import Prepared
from bench.wire import PATH, signed
from laaffic_api import Client as ApiClient
from laaffic_api.api.sms import send_batch
from laaffic_api.models import BatchMessage, SendBatchRequest


class Way(NamedTuple):
    """A way to send, and how to read from what it returns the numbers that were accepted."""

    send: Callable[[], Any]
    accepted: Callable[[Any], list[str]]


class WrongAnswerError(Exception):
    """A way of sending does not give what it should, so that measuring it would tell nothing."""


def listed(answer: Any) -> list[str]:
    """Return the numbers that an answer, read as JSON, lists."""
    return [entry["number"] for entry in answer["array"]]


def in_bytes(answer: bytes) -> list[str]:
    """Return the numbers that an answer lists."""
    return listed(orjson.loads(answer))


def numbers_of(recipients: Iterable[laaffic.Recipient]) -> list[str]:
    """Return the numbers that the SDK says were accepted."""
    return [recipient.number for recipient in recipients if recipient.state == "accepted"]


def messages(body: Body) -> list[laaffic.Message]:
    """Build from the rows what the SDK takes."""
    if body.one_text:
        numbers, _, order_ids = zip(*body.rows, strict=True)
        return [laaffic.Message(numbers, body.rows[0][1], order_ids=order_ids)]
    return [laaffic.Message(number, content, order_ids=order_id) for number, content, order_id in body.rows]


def asked(body: Body) -> list[laaffic.Message] | laaffic.Rows:
    """Build from the rows what the SDK takes soonest."""
    return messages(body) if body.one_text else laaffic.Rows(body.rows)


def models(body: Body) -> SendBatchRequest:
    """Build from the rows what the generated client takes."""
    if body.one_text:
        (one,) = document(body)["array"]
        return SendBatchRequest(APP, [BatchMessage(one["numbers"], one["content"], order_id=one["orderId"])])
    return SendBatchRequest(
        APP, [BatchMessage(number, content, order_id=order_id) for number, content, order_id in body.rows]
    )


def headers_of_the_sdk(upstream: Upstream, body: Body) -> dict[str, str]:
    """Send once with the SDK, and return the headers that it put on the wire, but for those of a single request."""
    with laaffic.Client(KEY, SECRET, APP, base_url=upstream.url) as client:
        client.send_batch(messages(body))
    return {name: value for name, value in upstream.head().items() if name.lower() not in {"host", "content-length"}}


def same_headers(client: httpx.Client | httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Let a client send those headers on every request, and none of its own besides."""
    for name in set(client.headers) - {name.lower() for name in headers}:
        del client.headers[name]
    client.headers.update(headers)


@contextlib.contextmanager
def ways(body: Body, upstream: Upstream) -> Iterator[dict[str, Way]]:
    """Open a connection for each way; what is common to all of them is where they post to."""
    content, url = orjson.dumps(document(body)), upstream.url + PATH
    request = signed(content, KEY, SECRET)
    headers = headers_of_the_sdk(upstream, body)
    with contextlib.ExitStack() as stack:
        socket, limit = (stack.enter_context(RawConnection(upstream.port)) for _ in range(2))
        bare, with_json = (stack.enter_context(httpx.Client(trust_env=False)) for _ in range(2))
        same_headers(bare, headers)
        same_headers(with_json, headers)
        api = stack.enter_context(ApiClient(upstream.url, headers=headers, httpx_args={"trust_env": False}))
        client, client_2, client_3 = (
            stack.enter_context(laaffic.Client(KEY, SECRET, APP, base_url=upstream.url)) for _ in range(3)
        )
        each = Way(lambda: list(client_3.send_batch(messages(body)).recipients), numbers_of)
        yield {
            "socket": Way(lambda: socket.exchange(request), in_bytes),
            "limit": Way(
                lambda: orjson.loads(limit.exchange(signed(orjson.dumps(document(body)), KEY, SECRET))), listed
            ),
            "httpx": Way(lambda: bare.post(url, content=content).content, in_bytes),
            "httpx_json": Way(lambda: with_json.post(url, json=document(body)).json(), listed),
            "generated": Way(
                lambda: send_batch.sync_detailed(client=api, body=models(body)).parsed,
                lambda parsed: [entry.number for entry in parsed.array],
            ),
            # A list of all outcomes, so that none of them is put off until somebody looks.
            "laaffic": Way(lambda: list(client.send_batch(asked(body)).recipients), numbers_of),
            **({} if body.one_text else {"laaffic_each": each}),
            "laaffic_messages": Way(
                Prepared(lambda: messages(body), lambda made: list(client_2.send_batch(made).recipients)), numbers_of
            ),
        }


def verify(name: str, body: Body, numbers: list[str]) -> None:
    """Hold what a way tells against what was asked.

    Raises:
        WrongAnswerError: it is something else.
    """
    if numbers != [number for number, _, _ in body.rows]:
        raise WrongAnswerError(
            f"{name} with {body.name}: {len(numbers)} accepted, in order or not, of {len(body.rows)}"
        )
