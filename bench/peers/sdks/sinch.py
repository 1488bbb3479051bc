"""sinch: one request takes a thousand recipients, and a text with a word of its own for each."""

from bench.peers.peer import NUMBER, NUMBERS, ONE_TEMPLATE, SENDER, TEXT, WORDS, Peer, Sender


def _connect(url: str) -> Sender:
    from sinch import SinchClient

    client = SinchClient(service_plan_id="plan", sms_api_token="token", sms_region="eu")  # noqa: S106  # made up
    client.configuration.sms_domain_with_service_plan_id = url
    sender, one, thousand = f"+{SENDER}", f"+{NUMBER}", [f"+{number}" for number in NUMBERS]
    template = "Your appointment is tomorrow, at desk ${desk}."

    return Sender(
        send_one=lambda: client.sms.batches.send_sms(to=[one], from_=sender, body=TEXT),
        send_thousand=lambda: [
            client.sms.batches.send_sms(
                to=thousand,
                from_=sender,
                body=template,
                parameters={"desk": dict(zip(thousand, WORDS, strict=True))},
            )
        ],
        accepted=lambda response: len(response.to) if response.id else 0,
    )


PEER = Peer("sinch", "sinch", "from sinch import SinchClient", ONE_TEMPLATE, _connect)
