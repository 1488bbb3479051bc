"""telnyx: its API takes one recipient of an SMS a request, so a thousand are a thousand calls."""

from typing import Any

from bench.peers.peer import NUMBER, NUMBERS, SENDER, SINGLE_CALLS, TEXT, TEXTS, Peer, Sender


def _connect(url: str) -> Sender:
    from telnyx import Telnyx

    client = Telnyx(api_key="key", base_url=f"{url}/v2")
    sender, one, thousand = f"+{SENDER}", f"+{NUMBER}", [f"+{number}" for number in NUMBERS]

    def send(number: str, text: str) -> Any:
        return client.messages.send(to=number, from_=sender, text=text)

    return Sender(
        send_one=lambda: send(one, TEXT),
        send_thousand=lambda: list(map(send, thousand, TEXTS)),
        accepted=lambda response: sum(recipient.status == "queued" for recipient in response.data.to),
    )


PEER = Peer("telnyx", "telnyx", "from telnyx import Telnyx", SINGLE_CALLS, _connect)
