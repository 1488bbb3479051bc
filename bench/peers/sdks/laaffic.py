"""laaffic itself: one request takes a thousand messages, each with its own text."""

from bench.peers.peer import NUMBER, NUMBERS, OWN_TEXTS, TEXT, TEXTS, Peer, Sender


def _connect(url: str) -> Sender:
    from laaffic import Client, Message, Rows

    client = Client("key", "secret", "app", base_url=url)
    return Sender(
        send_one=lambda: client.send_batch([Message(NUMBER, TEXT)]),
        send_thousand=lambda: [client.send_batch(Rows(list(zip(NUMBERS, TEXTS, strict=True))))],
        accepted=lambda response: len(response.accepted),
    )


PEER = Peer("laaffic", "laaffic", "import laaffic", OWN_TEXTS, _connect)
