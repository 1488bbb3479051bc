"""normalize_number, for users' own tables."""

from typing import Any

import pytest

import laaffic


@pytest.mark.parametrize("raw", ["+999 0000-0001", "(999) 0000.0001", " 99900000001 ", "99900000001"])
def test_what_people_write_becomes_digits(raw: str) -> None:
    assert laaffic.normalize_number(raw) == "99900000001"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("099900000001", "begins with 0"),
        ("999", "only 3 digits"),
        ("9" * 16, "has 16 digits"),
        ("99900000001,99900000002", "other than digits"),
        ("9.99E+10", "other than digits"),
        ("99900000001.0", "decimal point"),
        ("", "is empty"),
        (99900000001, "str\\(\\)"),
        (None, "got NoneType"),
    ],
)
def test_anything_else_is_refused_without_quoting_it(raw: Any, says: str) -> None:
    with pytest.raises(laaffic.InvalidMessageError, match=says) as caught:
        laaffic.normalize_number(raw)
    assert caught.value.field == "number"
    assert "99900000001" not in str(caught.value)
