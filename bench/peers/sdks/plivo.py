"""plivo: one request takes a thousand recipients of one and the same text. No setting changes its address."""

from typing import Any

from bench.peers.peer import NUMBER, NUMBERS, ONE_TEXT, SENDER, TEXT, Peer, Sender
from bench.peers.sdks.plain_http import divert


def _connect(url: str) -> Sender:
    import plivo

    client = plivo.RestClient("MA" + "EXAMPLE" + 11 * "0", "token")  # it wants 20 characters that begin with MA
    divert(client.session, url)

    def send(numbers: str) -> Any:
        return client.messages.create(src=SENDER, dst=numbers, text=TEXT)

    return Sender(
        send_one=lambda: send(NUMBER),
        send_thousand=lambda: [send("<".join(NUMBERS))],
        accepted=lambda response: len(response.message_uuid),
    )


PEER = Peer("plivo", "plivo", "import plivo", ONE_TEXT, _connect)
