"""docs/promises.md names a test for every promise, and it exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!what keeps it|---)(.+) \| (.+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("mechanism", "tests"), ROWS)
def test_each_mechanism_has_a_test_that_exists(mechanism: str, tests: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tests)
    assert named, mechanism
    for path, function in named:
        assert f"def {function or 'test_'}" in (ROOT / path).read_text(encoding="utf-8"), path


def test_each_promise_says_where_it_ends() -> None:
    promises = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert promises
    for promise in promises:
        assert "**Where it ends:**" in promise, promise.splitlines()[0]
        assert "*What you can do:*" in promise.replace("*What you can\ndo:*", "*What you can do:*")
