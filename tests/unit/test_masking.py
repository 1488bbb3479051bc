"""What may be shown of numbers and of foreign words."""

import pytest

from laaffic._model.masking import machine_word, mask_number, shown_status


@pytest.mark.parametrize(
    ("number", "shown"), [("91856321412", "91*******12"), ("9991234", "99***34"), ("1234", "****"), ("", "")]
)
def test_numbers_show_their_first_and_last_two_digits(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize("given", ["Hi Zoe, 4711", "+91 8563-214-12", "9" * 16, "99912345678x", "\uff19" * 9])
def test_of_what_is_no_number_nothing_shows(given: str) -> None:
    assert set(mask_number(given)) == {"*"}
    assert len(mask_number(given)) <= 15


@pytest.mark.parametrize("word", ["DST_MCCMNC_LIMIT", "A_B", "A" * 20 + "_" + "B" * 19])
def test_a_word_for_machines_is_shown(word: str) -> None:
    assert machine_word(word) == word


@pytest.mark.parametrize(
    "words",
    [
        None,
        "",
        "LIMIT",
        "_A",
        "A_",
        "A__B",
        "a_b",
        "CODE_4711",
        "A_B\n",
        "A_B C",
        "\u0391_\u0392",
        "A" * 20 + "_" + "B" * 20,
    ],
)
def test_any_other_word_is_not(words: str | None) -> None:
    assert machine_word(words) is None


def test_looking_for_a_word_takes_no_time_in_a_reason_of_megabytes() -> None:
    assert machine_word("A_" * 30_000_000) is None


@pytest.mark.parametrize("status", ["0", "-1", "-16", "-999", "404"])
def test_a_status_of_three_digits_is_shown(status: str) -> None:
    assert shown_status(status) == status


@pytest.mark.parametrize("status", [None, "", "1234", "-1234", "ok", "99912345678", "\uff10", "-1\n"])
def test_any_other_status_is_not(status: str | None) -> None:
    assert shown_status(status) is None
