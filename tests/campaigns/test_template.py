"""Templates, and campaigns that are made of one and of records."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laaffic
from laaffic_campaigns import Ledger, Template

RECORD = {"number": "99900000001", "name": "Ann", "code": "4711"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {name}", "Hi Ann"),
        ("Hi { name }", "Hi Ann"),
        ("{name}{name}", "AnnAnn"),
        ("Hi {NAME}, {Code}", "Hi Ann, 4711"),
        ("{{name}} is {name}", "{name} is Ann"),
        ("{{{name}}}", "{Ann}"),
        ("100 % of {name}, %s %(x)d", "100 % of Ann, %s %(x)d"),
        ("Hi {title|customer}", "Hi customer"),
        ("Hi {title|}", "Hi "),
        ("Hi {name|customer}", "Hi Ann"),
        ("{title|a|b}", "a|b"),
        ("no field", "no field"),
    ],
)
def test_fields_are_filled_in(text: str, expected: str) -> None:
    assert Template(text).render(RECORD) == expected


@pytest.mark.parametrize("value", [None, "", " \t", float("nan"), Decimal("nan")])
def test_a_default_stands_for_what_is_empty(value: object) -> None:
    assert Template("Hi {name|customer}").render({"name": value}) == "Hi customer"


@pytest.mark.parametrize(
    ("value", "expected"), [(7, "7"), (Decimal("9.50"), "9.50"), (Decimal("1E+3"), "1000"), (" Ann ", " Ann ")]
)
def test_whole_numbers_and_decimals_are_written_out(value: object, expected: str) -> None:
    assert Template("{x}").render({"x": value}) == expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "there is no value"),
        ({"x": None}, "there is no value"),
        ({"x": " "}, "the value is empty"),
        ({"x": 9.5}, "of type float"),
        ({"x": True}, "of type bool"),
        ({"x": ["Ann"]}, "of type list"),
        ({"x": "1", "X": "2"}, "differ in case only"),
        ({None: ["beyond"]}, "there is no value"),
    ],
)
def test_what_cannot_be_filled_in_names_the_field(values: dict[str, object], words: str) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=words) as caught:
        Template("{x}").render(values)
    assert caught.value.field == "x"


@pytest.mark.parametrize(
    ("text", "place"), [("{", 1), ("Hi }", 4), ("Hi {}", 4), ("{ }", 1), ("{|customer}", 1), ("{a{b}", 1), ("{{{a}", 0)]
)
def test_a_brace_that_belongs_to_no_field_is_refused_with_its_place(text: str, place: int) -> None:
    if not place:
        assert Template(text).render({"a": "x"}) == "{x"
        return
    with pytest.raises(laaffic.InvalidMessageError, match=rf"template: the brace at character {place} "):
        Template(text)


def test_a_template_that_is_no_text_is_refused() -> None:
    with pytest.raises(laaffic.InvalidMessageError, match="expected a string, got int"):
        Template(7)  # type: ignore[arg-type]  # what is tested


def test_it_tells_its_fields_and_which_of_them_need_a_value() -> None:
    template = Template("Secret {Name|x} {name} {code|y}")
    assert (template.fields, template.required) == (("Name", "code"), ("name",))
    assert repr(template) == "Template(<fields Name, code>)"


@given(st.text(), st.dictionaries(st.sampled_from(["a", "B", "c"]), st.text(st.characters(codec="utf-8"), min_size=1)))
def test_a_text_with_its_braces_doubled_comes_back(text: str, values: dict[str, str]) -> None:
    assert Template(text.replace("{", "{{").replace("}", "}}")).render(values) == text


def test_records_are_filled_in_with_order_ids_and_sender_ids(ledger: Ledger) -> None:
    records: list[dict[str, object]] = [
        {"Number": "+999 0000-0001", "NAME": "Ann", "Order_ID": "order-1", "sender_id": "ACME"},
        {"number": "99900000002", "name": "", "order_id": " ", "more": 7.5},
    ]
    campaign = ledger.create("spring", records, template="Hi {name|customer}")
    assert [(each.number, each.order_id) for each in campaign.outcomes()] == [
        ("99900000001", "order-1"),
        ("99900000002", None),
    ]


def test_a_mapping_that_is_reused_for_each_record_is_copied(ledger: Ledger) -> None:
    def records() -> Iterator[dict[str, str]]:
        record = dict(RECORD)
        for n in range(3):
            record.update(number=f"9990000000{n}", code=str(n))
            yield record

    campaign = ledger.create("spring", records(), template="{code}")
    assert [each.number for each in campaign.outcomes()] == ["99900000000", "99900000001", "99900000002"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"number": "99900000002"}, r"rows\[1\]: code: there is no value"),
        ({"number": "99900000002", "code": " "}, r"rows\[1\]: code: the value is empty"),
        ({"code": "1"}, r"rows\[1\]: number: there is none"),
        ({"number": 99900000002, "code": "1"}, r"rows\[1\]: numbers: .*convert it with str"),
        ({"number": "99900000002,99900000003", "code": "1"}, r"rows\[1\]: numbers: "),
        ({"number": "1", "NUMBER": "2", "code": "1"}, r"rows\[1\]: number: there are several"),
        ({"number": "99900000002", "code": "1", None: ["x"]}, r"rows\[1\]: it has more values than names"),
        ({"number": "99900000002", "code": "1", "order_id": "a,b"}, r"rows\[1\]: order_ids: "),
        ({"number": "99900000002", "code": "1", "sender_id": "x" * 33}, r"rows\[1\]: sender_id: "),
        ({"number": "99900000002", "code": "x" * 1025}, r"rows\[1\]: content: "),
        ({}, r"rows\[1\]: number: there is none"),
        (("99900000002", "Hello"), r"rows\[1\]: expected a record, got tuple"),
    ],
)
def test_a_record_that_is_not_valid_is_named(ledger: Ledger, record: Any, words: str) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=words) as caught:
        ledger.create("spring", [RECORD, record], template="{code}")
    assert caught.value.message_index == 1
    assert ledger.campaigns() == []


def test_a_record_that_is_not_valid_may_be_reported(ledger: Ledger) -> None:
    records: Any = [
        RECORD,
        {"number": "99900000002", "order_id": "mine"},
        ("99900000003", "x"),
        {"number": "12", "name": "x"},
    ]
    campaign = ledger.create("spring", records, template="Hi {name}", on_invalid="report")
    left_out = [each for each in campaign.outcomes() if each.state == "not_sent"]
    assert [(each.index, each.number, each.order_id) for each in left_out] == [
        (1, "99900000002", "mine"),
        (2, "99900000003", None),
        (3, "12", None),
    ]
    words = ["name: there is no value", "expected a record", "2 digits"]
    assert all(word in (each.reason or "") for word, each in zip(words, left_out, strict=True))


def test_a_template_that_is_not_valid_is_refused_before_a_record_is_read(ledger: Ledger) -> None:
    def records() -> Iterator[dict[str, str]]:
        pytest.fail("it was read")
        yield RECORD

    with pytest.raises(laaffic.InvalidMessageError, match="template"):
        ledger.create("spring", records(), template="Hi {")
    assert ledger.campaigns() == []


def test_a_row_of_csv_with_too_many_cells_is_not_filled_in(ledger: Ledger) -> None:
    rows = csv.DictReader(["number,name", "99900000001,Smith, Ann"])
    with pytest.raises(laaffic.InvalidMessageError, match="more values than names"):
        ledger.create("spring", rows, template="Hi {name}")
