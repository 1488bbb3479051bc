"""vonage: its API takes one recipient a request, so a thousand are a thousand calls. It knows https only.

Its SMS API is used, with key and secret, as in its README; the newer Messages API would sign a token besides.
"""

from typing import Any

from bench.peers.peer import NUMBER, NUMBERS, SENDER, SINGLE_CALLS, TEXT, TEXTS, Peer, Sender
from bench.peers.sdks.plain_http import divert


def _connect(url: str) -> Sender:
    from vonage import Auth, Vonage
    from vonage_sms import SmsMessage

    client = Vonage(Auth(api_key="key", api_secret="secret"))  # noqa: S106  # made up
    divert(client.http_client._session, url)  # noqa: SLF001  # hosts can be set, but https is written into the SDK

    def send(number: str, text: str) -> Any:
        return client.sms.send(SmsMessage(to=number, from_=SENDER, text=text))

    return Sender(
        send_one=lambda: send(NUMBER, TEXT),
        send_thousand=lambda: list(map(send, NUMBERS, TEXTS)),
        accepted=lambda response: sum(message.status == "0" for message in response.messages),
    )


PEER = Peer(
    "vonage", "vonage", "from vonage import Auth, Vonage; from vonage_sms import SmsMessage", SINGLE_CALLS, _connect
)
