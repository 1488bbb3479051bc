"""What may be shown of numbers and of foreign words."""

import pytest

from laaffic._model.masking import mask_number, scrub


@pytest.mark.parametrize(
    ("number", "shown"), [("91856321412", "91*******12"), ("9991234", "99***34"), ("1234", "****"), ("", "")]
)
def test_numbers_show_their_first_and_last_two_digits(number: str, shown: str) -> None:
    assert mask_number(number) == shown


def test_foreign_words_are_one_short_line_without_numbers_signatures_and_secrets() -> None:
    words = "號碼异常 91856321412\r\nsign 05d7a50893e22a5c4bb3216ae3396c7c \x1b[31mhello my text"
    assert scrub(words, ["my text"]) == "號碼异常 91*******12 sign …  [31mhello …"
    assert len(scrub("x" * 1000)) == 201
