"""The pages of `docs/` say what the suite and the gateway's code say."""

from pathlib import Path

import pytest

from laaffic_mock import magic_numbers
from laaffic_mock.gateway.faults.faults import Fault
from matrix.pages import magic_numbers_page, pages


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_the_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make docs`"


def test_every_magic_number_and_every_fault_is_on_the_page() -> None:
    page = magic_numbers_page()
    assert all(f"`{number}`" in page for number, _ in magic_numbers())
    assert all(f"`{fault.value}`" in page for fault in Fault)
