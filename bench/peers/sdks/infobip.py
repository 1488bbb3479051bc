"""infobip: one request takes a thousand messages, each with its own text. It allows plain HTTP to loopback."""

from typing import Any

from bench.peers.peer import NUMBER, NUMBERS, OWN_TEXTS, SENDER, TEXT, TEXTS, Peer, Sender

_IMPORTS = """
from infobip_api_client import (
    ApiClient, Configuration, SmsApi, SmsDestination, SmsMessage, SmsMessageContent, SmsRequest, SmsTextContent
)
"""


def _connect(url: str) -> Sender:
    from infobip_api_client import (
        ApiClient,
        Configuration,
        SmsApi,
        SmsDestination,
        SmsMessage,
        SmsMessageContent,
        SmsRequest,
        SmsTextContent,
    )

    api = SmsApi(ApiClient(Configuration(host=url, api_key="key")))

    def message(number: str, text: str) -> Any:
        return SmsMessage(
            sender=SENDER,
            destinations=[SmsDestination(to=number)],
            content=SmsMessageContent(SmsTextContent(text=text)),
        )

    return Sender(
        send_one=lambda: api.send_sms_messages(SmsRequest(messages=[message(NUMBER, TEXT)])),
        send_thousand=lambda: [api.send_sms_messages(SmsRequest(messages=list(map(message, NUMBERS, TEXTS))))],
        accepted=lambda response: sum(one.status.group_name == "PENDING" for one in response.messages),
    )


PEER = Peer("infobip", "infobip-api-python-client", _IMPORTS, OWN_TEXTS, _connect)
