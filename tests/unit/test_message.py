"""Every rule of a message, and what the error says."""

import copy
import dataclasses
import pickle
from typing import Any

import pytest

import laaffic

OK = "99900000001"


@pytest.mark.parametrize(
    "raw",
    ["91856321412", "+91 8563-214-12", "+91 (85) 632.14.12", "\u00a091\u200b8563\u201121412 ", "+91\u202f856321412"],
)
def test_numbers_are_normalised_to_digits(raw: str) -> None:
    assert laaffic.Message(raw, "x").numbers == ("91856321412",)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "empty"),
        ("+", "empty"),
        ("0091856321412", "begins with 0"),
        ("0856321412", "begins with 0"),
        ("+44 (0)20 7946 0000", "leave it out"),
        ("91856321412a", "other than digits"),
        ("٩١٨٥٦٣٢١٤١٢", "other than digits"),
        ("\uff19\uff1185632141", "other than digits"),  # full-width digits
        ("9.18563E+10", "other than digits"),
        ("91+856321412", "other than digits"),
        ("++91856321412", "other than digits"),
        ("91856321412.0", "decimal point"),
        ("91856321412.", "decimal point"),
        ("5551234/5555678", "other than digits"),
        ("5551234\n5555678", "other than digits"),
        ("5551234\t5555678", "other than digits"),
        ("123456", "only 6 digits"),
        ("1234567890123456", "16 digits"),
    ],
)
def test_what_is_no_number_is_refused_by_place_and_rule(raw: str, says: str) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=says) as caught:
        laaffic.Message([OK, raw], "x")
    assert (caught.value.field, caught.value.position) == ("numbers", 1)
    assert str(caught.value).startswith("numbers[1]: the number ")
    assert not raw or raw not in str(caught.value)


def test_numbers_may_be_one_string_with_commas_or_any_iterable() -> None:
    both = ("99900000001", "99900000002")
    assert laaffic.Message("99900000001, +999 0000 0002", "x").numbers == both
    assert laaffic.Message((n for n in both), "x").numbers == both


@pytest.mark.parametrize(
    ("field", "arguments", "says"),
    [
        ("numbers", {"numbers": []}, "at least one"),
        ("numbers", {"numbers": "  "}, "at least one"),
        ("numbers", {"numbers": 99900000001}, "got int"),
        ("numbers", {"numbers": [99900000001]}, "got int"),
        ("numbers", {"numbers": b"99900000001"}, "got bytes"),
        ("numbers", {"numbers": None}, "got NoneType"),
        ("content", {"content": ""}, "empty"),
        ("content", {"content": " \n\t"}, "empty"),
        ("content", {"content": "x" * 1025}, "1025 characters"),
        ("content", {"content": None}, "got NoneType"),
        ("content", {"content": "\ud83d"}, "surrogate"),
        ("sender_id", {"sender_id": "x" * 33}, "33 characters"),
        ("sender_id", {"sender_id": 7}, "got int"),
        ("sender_id", {"sender_id": "\udc00"}, "surrogate"),
        ("order_ids", {"order_ids": []}, "0 order ids for 1 numbers"),
        ("order_ids", {"order_ids": ["a", "b"]}, "2 order ids for 1 numbers"),
        ("order_ids", {"order_ids": "a,b"}, "2 order ids for 1 numbers"),
        ("order_ids", {"order_ids": ["a,b"]}, "comma"),
        ("order_ids", {"order_ids": [" "]}, "empty"),
        ("order_ids", {"order_ids": [5]}, "got int"),
    ],
)
def test_each_rule_names_its_field(field: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=says) as caught:
        laaffic.Message(**{"numbers": OK, "content": "x", **arguments})
    assert caught.value.field == field
    assert caught.value.sent == "no"
    assert isinstance(caught.value, ValueError)


def test_the_longest_that_is_allowed_is_allowed() -> None:
    message = laaffic.Message("9" * 15, "😀" * 1024, "s" * 32, "id")
    assert len(message.content) == 1024


def test_a_message_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        laaffic.Message(OK, "x").content = "y"  # type: ignore[misc]  # the point


def test_messages_are_equal_by_value_and_survive_pickle_and_deepcopy() -> None:
    message = laaffic.Message([OK, OK], "x", "ACME", ["1", "2"])
    assert pickle.loads(pickle.dumps(message)) == message == copy.deepcopy(message)  # noqa: S301  # made here
    assert len({message, laaffic.Message([OK, OK], "x", "ACME", "1,2")}) == 1


def test_a_message_shows_neither_text_nor_full_numbers() -> None:
    assert repr(laaffic.Message([OK] * 5, "secret")) == (
        "Message(numbers=[99*******01, 99*******01, 99*******01, and 2 more], content=<6 characters>)"
    )
