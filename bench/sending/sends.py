"""The ways of sending one body over one keep-alive connection, from the raw socket up to the SDK."""

import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NamedTuple

import httpx
import orjson

import laaffic
from bench.sending.bodies import APP, KEY, PATH, SECRET, Body, document, signed_headers
from bench.sending.raw import RawConnection


class Sender(NamedTuple):
    """A connection in use."""

    send: Callable[[Any], Any]
    """Sends what `prepare` returned."""
    accepted: Callable[[Any], list[str]]
    """Returns from what `send` returned the numbers that were accepted."""
    prepare: Callable[[], Any] = lambda: None
    """Makes what one send needs; its time is not counted."""


class WrongResponseError(Exception):
    """A way of sending does not give what it should, so measuring it would mean nothing."""


def listed(response: Any) -> list[str]:
    """Return the numbers that a response, read as JSON, lists."""
    return [entry["number"] for entry in response["array"]]


def listed_in_bytes(response: bytes) -> list[str]:
    """Return the numbers that a response lists."""
    return listed(json.loads(response))


def accepted_of(recipients: Iterable[laaffic.Recipient]) -> list[str]:
    """Return the numbers that the SDK reports as accepted."""
    return [recipient.number for recipient in recipients if recipient.state == "accepted"]


def messages(body: Body) -> list[laaffic.Message]:
    """Build from the rows a `Message` for each text."""
    if body.one_text:
        numbers, _, order_ids = zip(*body.rows, strict=True)
        return [laaffic.Message(numbers, body.rows[0][1], order_ids=order_ids)]
    return [laaffic.Message(number, content, order_ids=order_id) for number, content, order_id in body.rows]


@contextmanager
def raw_socket(url: str, body: Body) -> Iterator[Sender]:
    """Do the least that a client can do: sign, orjson out, orjson in."""
    with RawConnection(url) as connection:
        yield Sender(lambda _: orjson.loads(connection.post(orjson.dumps(document(body)))), listed)


@contextmanager
def httpx_bytes(url: str, body: Body) -> Iterator[Sender]:
    """Post ready bytes with httpx, and read nothing."""
    content = orjson.dumps(document(body))
    with httpx.Client(trust_env=False, headers=signed_headers()) as client:
        yield Sender(lambda _: client.post(url + PATH, content=content).content, listed_in_bytes)


@contextmanager
def httpx_json(url: str, body: Body) -> Iterator[Sender]:
    """Post and read JSON with httpx, as most do without an SDK."""
    with httpx.Client(trust_env=False, headers=signed_headers()) as client:
        yield Sender(lambda _: client.post(url + PATH, json=document(body)).json(), listed)


def _with_the_sdk(
    make: Callable[[Body], Any], *, prepared: bool = False
) -> Callable[[str, Body], AbstractContextManager[Sender]]:
    @contextmanager
    def opened(url: str, body: Body) -> Iterator[Sender]:
        with laaffic.Client(KEY, SECRET, APP, base_url=url) as client:

            def send(ready: Any) -> list[laaffic.Recipient]:
                return list(client.send_batch(ready if prepared else make(body)).recipients)  # all outcomes, not lazily

            yield Sender(send, accepted_of, (lambda: make(body)) if prepared else lambda: None)

    return opened


WAYS: dict[str, Callable[[str, Body], AbstractContextManager[Sender]]] = {
    "socket": raw_socket,
    "httpx bytes": httpx_bytes,
    "laaffic, Messages ready": _with_the_sdk(messages, prepared=True),
    "laaffic, Messages": _with_the_sdk(messages),
    "laaffic, Rows": _with_the_sdk(lambda body: laaffic.Rows(body.rows)),
    "httpx json": httpx_json,
}


def _messages_without_order_ids(body: Body) -> Any:
    """Build what is sent to the same recipients when the caller has no order ids."""
    if body.one_text:
        return [laaffic.Message([number for number, _, _ in body.rows], body.rows[0][1])]
    return laaffic.Rows([(number, content) for number, content, _ in body.rows])


@contextmanager
def _without_order_ids(url: str, body: Body, *, ours: bool) -> Iterator[Sender]:
    # With the seed, the bodies are the same in each round, so that the server has them ready.
    with laaffic.Client(KEY, SECRET, APP, base_url=url, own_order_ids=ours, order_id_seed=1) as client:
        prepare = partial(_messages_without_order_ids, body)
        yield Sender(lambda ready: list(client.send_batch(ready).recipients), accepted_of, prepare)


ORDER_IDS: dict[str, Callable[[str, Body], AbstractContextManager[Sender]]] = {
    "none": partial(_without_order_ids, ours=False),
    "ours": partial(_without_order_ids, ours=True),
}


def block(way: str, url: str, body: Body, sends: int) -> float:
    """Send over a new connection, once to warm it up and then `sends` times; returns the seconds of CPU of these.

    Raises:
        WrongResponseError: the first send did not give what it should.
    """
    with (WAYS | ORDER_IDS)[way](url, body) as sender:
        verify(way, body, sender.accepted(sender.send(sender.prepare())))
        ready = [sender.prepare() for _ in range(sends)]
        return cpu_of(lambda: [sender.send(one) for one in ready])


def cpu_of(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that some work takes."""
    gc.collect()  # what was left behind before must not be collected at the expense of this
    gc.freeze()  # nor what is only there for the measurement be searched again and again
    began = time.process_time()
    work()
    spent = time.process_time() - began
    gc.unfreeze()
    return spent


def verify(way: str, body: Body, accepted: list[str]) -> None:
    """Check that everybody was accepted.

    Raises:
        WrongResponseError: it is not so.
    """
    if accepted != [number for number, _, _ in body.rows]:
        raise WrongResponseError(f"{way}: {len(accepted)} accepted, in order or not, of {len(body.rows)}")
