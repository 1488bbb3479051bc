"""twilio: its API takes one recipient a request, so a thousand are a thousand calls. No setting changes its address."""

from typing import Any

from bench.peers.peer import NUMBER, NUMBERS, SENDER, SINGLE_CALLS, TEXT, TEXTS, Peer, Sender
from bench.peers.sdks.plain_http import divert


def _connect(url: str) -> Sender:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    http_client = TwilioHttpClient()  # what Client makes itself; `http_client` is the documented hook
    divert(http_client.session, url)
    client = Client("ACexample", "token", http_client=http_client)
    sender, one, thousand = f"+{SENDER}", f"+{NUMBER}", [f"+{number}" for number in NUMBERS]

    def send(number: str, text: str) -> Any:
        return client.messages.create(to=number, from_=sender, body=text)

    return Sender(
        send_one=lambda: send(one, TEXT),
        send_thousand=lambda: list(map(send, thousand, TEXTS)),
        accepted=lambda response: int(bool(response.sid) and response.status == "queued"),
    )


PEER = Peer("twilio", "twilio", "from twilio.rest import Client", SINGLE_CALLS, _connect)
