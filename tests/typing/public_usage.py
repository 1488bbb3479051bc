"""How the package is used, for type checkers only: never run, checked by mypy --strict and pyright."""

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_type

import laaffic
from laaffic_campaigns import BadRow, Campaign, Ledger, Outcome, Preview, Template


def making_messages() -> None:
    laaffic.Message("91856321412", "text")
    laaffic.Message(["91856321412"], "text", "ACME", ["1"])
    message = laaffic.Message(numbers=(n for n in ("91856321412",)), content="text", sender_id=None, order_ids="1")
    assert_type(message.numbers, tuple[str, ...])
    assert_type(message.order_ids, tuple[str, ...] | None)
    assert_type(message.content, str)


def sending(messages: list[laaffic.Message], context: ssl.SSLContext) -> None:
    with laaffic.Client("key", "secret", "app", base_url="https://x.example", timeout=(1, 2.5)) as client:
        result = client.send_batch(messages)
        assert_type(result, laaffic.BatchResult)
        assert_type(result.recipients, tuple[laaffic.Recipient, ...])
        assert_type(result.accepted[0].number, str)
        assert_type(result.rejected[0].msg_id, str | None)
        assert_type(result.success, int | None)
        assert_type(result.error, laaffic.LaafficError | None)
        for recipient in result.recipients:
            assert_type(recipient.order_id, str | None)
            assert_type(recipient.state == "unknown", bool)
            assert_type(recipient.state is laaffic.State.UNKNOWN, bool)
        for each in client.send_many(iter(messages)):
            assert_type(each, laaffic.BatchResult)
            each.raise_for_rejected()
    laaffic.Client(timeout=3, max_recipients=500, connect_retries=0, ssl_context=context).close()
    laaffic.Client(proxy="http://proxy.example:3128", transport=object())


async def sending_without_blocking(messages: list[laaffic.Message], source: AsyncIterator[laaffic.Message]) -> None:
    async with laaffic.AsyncClient() as client:
        assert_type(await client.send_batch(messages), laaffic.BatchResult)
        async for result in client.send_many(source):
            assert_type(result, laaffic.BatchResult)
        async for result in client.send_many(messages):
            assert_type(result, laaffic.BatchResult)
        await client.close()


def asking(start: datetime, messages: list[laaffic.Recipient]) -> None:
    with laaffic.Client() as client:
        reports = client.get_reports(msg_id for msg_id in ("1", "2"))
        assert_type(reports, list[laaffic.DeliveryReport])
        assert_type(reports[0].received_at, datetime | None)
        assert_type(reports[0].price, laaffic.Price | None)
        for record in client.iter_sent_records(start, start):
            assert_type(record, laaffic.SentRecord)
        pushed = laaffic.parse_report(b"{}")
        assert_type(client.confirm(pushed).state == "succeeded", bool)
        found = client.reconcile(messages, sent_between=(start, start), reports=[pushed], known_msg_ids={"1"})
        assert_type(found, list[laaffic.Recipient])
        assert_type(laaffic.match_records(found, reports, until=start), list[laaffic.Recipient])


async def asking_without_blocking(start: datetime, messages: list[laaffic.Recipient]) -> None:
    async with laaffic.AsyncClient() as client:
        assert_type(await client.get_reports(["1"]), list[laaffic.DeliveryReport])
        async for record in client.iter_sent_records(start, start):
            assert_type(record, laaffic.SentRecord)
        assert_type(await client.reconcile(messages, sent_between=(start, start)), list[laaffic.Recipient])


def sending_rows(pairs: list[tuple[str, str]], with_ids: Iterator[tuple[str, str, str | None]]) -> None:
    with laaffic.Client() as client:
        assert_type(client.send_batch(laaffic.Rows(pairs)), laaffic.BatchResult)
        for result in client.send_many(laaffic.Rows(with_ids, sender_id="ACME"), concurrency=8, in_order=True):
            assert_type(result, laaffic.BatchResult)
        client.send_many(laaffic.Rows([["91856321412", "text"]]))
    for message in laaffic.Rows(pairs):
        assert_type(message, laaffic.Message)


async def sending_many_at_once(source: AsyncIterator[laaffic.Message]) -> None:
    async with laaffic.AsyncClient() as client:
        async for result in client.send_many(source, concurrency=8, in_order=False):
            assert_type(result, laaffic.BatchResult)
        async for result in client.send_many(laaffic.Rows([("91856321412", "text")]), concurrency=2):
            assert_type(result, laaffic.BatchResult)


def handling(error: laaffic.LaafficError) -> laaffic.Sent:
    assert_type(error.retryable, bool)
    assert_type(error.hint, str)
    assert_type(error.result, laaffic.BatchResult)
    assert_type(error.status, str | None)
    assert_type(error.http_status, int | None)
    if isinstance(error, laaffic.InvalidMessageError):
        assert_type(error.message_index, int | None)
        assert_type(error.rule, str)
    return error.sent


def statuses() -> Iterator[str]:
    for code, info in laaffic.STATUSES.items():
        assert_type(info, laaffic.StatusInfo)
        yield f"{code} {info.name} {info.meaning} {info.hint} {info.definite}"


def making_campaigns(ledger: Ledger, pairs: list[tuple[str, str]], records: list[dict[str, object]]) -> None:
    assert_type(ledger.create("spring", pairs, exclude={"91856321412"}, unique=True), Campaign)
    ledger.create("spring", laaffic.Rows(pairs), on_invalid="report")
    ledger.create("spring", records, template="Hi {name|customer}")
    ledger.create("spring", ({"number": number} for number, _ in pairs), template=Template("Hi"))
    ledger.create("spring", [{"number": "91856321412", "code": 4711}], template="{code}", sender_id="ACME")
    assert_type(Template("{name}").fields, tuple[str, ...])
    assert_type(Template("{name}").render({"name": "Ann"}), str)


def looking_at_campaigns(campaign: Campaign) -> Iterator[Outcome]:
    preview = campaign.preview(price=Decimal("0.0075"))
    assert_type(preview, Preview)
    assert_type(preview.bad_rows, tuple[BadRow, ...])
    assert_type(preview.estimate, Decimal | None)
    assert_type(preview.as_dict(), dict[str, Any])
    campaign.preview("0.0075")
    campaign.erase_texts()
    campaign.erase_numbers()
    return campaign.outcomes()
