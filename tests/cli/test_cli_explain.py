"""`laaffic explain`: what can be met has a page, the faults and rules of the mock too, and errors name their pages."""

import re
import subprocess
import sys
from typing import get_args

import pytest
import yaml

import laaffic
import laaffic_campaigns
from cli.conftest import Laaffic
from laaffic_cli.explaining.pages import page, topics
from laaffic_cli.explaining.words import OPEN, TO_DO
from laaffic_mock import faults
from laaffic_mock.gateway.desk.rules import Broken
from laaffic_mock.gateway.faults.faults import Fault
from laaffic_mock.gateway.serving.paths.description import DESCRIPTION
from laaffic_mock.gateway.serving.paths.page import INBOX
from matrix.faults import ROWS, Row

ERRORS = {
    name: kind
    for home in (laaffic, laaffic_campaigns)
    for name in home.__all__
    if isinstance(kind := getattr(home, name), type) and issubclass(kind, laaffic.LaafficError)
}
FAULTS = dict(faults())
RULES = get_args(Broken)
EVERYTHING = [*laaffic.STATUSES, *ERRORS, *laaffic.State, *OPEN, *laaffic.DeliveryState, *FAULTS, *RULES]
PARTS = ("## What happened", "## What to do", "## What is safe")


@pytest.mark.parametrize("topic", EVERYTHING)
def test_everything_has_a_page(topic: str) -> None:
    text = page(topic)
    assert text
    parts = [part.strip() for part in text.replace("\n\n", "\n").split("\n") if part.strip()]
    assert [part for part in parts if part.startswith("## ")] == list(PARTS)
    assert len(parts) == 7  # a title, and a paragraph for each part


def test_nothing_is_explained_that_is_not_there() -> None:
    assert set(topics()) == set(EVERYTHING)
    assert set(TO_DO) == set(ERRORS)


def test_no_name_has_two_pages_whatever_its_case() -> None:
    assert len({name.lower() for name in EVERYTHING}) == len(EVERYTHING)


def test_a_status_is_explained(laaffic: Laaffic) -> None:
    said = laaffic("explain", "-10")
    assert said.exit_code == 0
    assert "the balance is too low" in said.stdout
    assert "InsufficientBalanceError" in said.stdout
    assert max(len(line) for line in said.stdout.splitlines()) <= 80


@pytest.mark.parametrize("topic", ["insufficientbalanceerror", "laaffic.InsufficientBalanceError"])
def test_a_class_is_found_however_it_is_written(topic: str) -> None:
    assert page(topic) == page("InsufficientBalanceError")


def test_an_unlisted_status_is_explained_too() -> None:
    assert "in no list" in (page("-99") or "")


def test_a_magic_number_is_explained() -> None:
    assert "refuses the request with status -10" in (page("99900100010") or "")
    assert page("99955500001") is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_explained_by_what_the_mock_does(fault: str) -> None:
    assert FAULTS[fault] in (page(fault) or "")


def test_faults_and_rules_are_explained_without_the_extra_mock() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['starlette', 'uvicorn', 'yaml']))\n"
        "from laaffic_cli.explaining.pages import page; assert page('accept_then_drop') and page('signature')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(("fault", "row"), ROWS.items())
def test_a_fault_is_explained_by_what_a_send_then_gets(fault: Fault, row: Row) -> None:
    text = page(fault) or ""
    met = row.error.__name__ if row.error else "`accepted`"
    assert met in text
    assert ("Sending again is not: it may arrive twice" in text) == (row.sent == "unknown")


def test_the_mock_describes_and_shows_the_rules_that_are_explained() -> None:
    described = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]["Rule"]
    assert set(described["properties"]["broken"]["enum"]) == set(RULES)
    labels = (INBOX / "requests.js").read_text(encoding="utf-8").partition("const RULES = {")[2].partition("};")[0]
    assert set(re.findall(r"^  (\w+):", labels, re.MULTILINE)) == set(RULES)


def test_what_is_not_known_says_what_is(laaffic: Laaffic) -> None:
    said = laaffic("explain", "nonsense")
    assert said.exit_code == 2
    assert "such as -10" in said.stderr


@pytest.mark.parametrize("code", [code for code in laaffic.STATUSES if code != "0"])
def test_what_may_have_been_sent_is_never_said_to_be_safe(code: str) -> None:
    text = page(code) or ""
    assert ("Sending again is not: it may arrive twice" in text) == (not laaffic.STATUSES[code].definite)


@pytest.mark.parametrize("kind", [kind for name, kind in ERRORS.items() if name != "LaafficError"])
def test_the_text_of_an_error_names_its_page(kind: type[laaffic.LaafficError]) -> None:
    assert f"(laaffic explain {kind.__name__})" in str(kind("It went wrong"))


def test_the_text_names_the_status_where_it_is_in_the_table() -> None:
    assert "(laaffic explain -11)" in str(laaffic.UnknownStatusError("refused", status="-11"))
    assert "(laaffic explain UnknownStatusError)" in str(laaffic.UnknownStatusError("refused", status="a9"))


def test_an_error_of_your_own_names_the_page_of_its_base() -> None:
    class Lost(laaffic.OutcomeUnknownError): ...

    assert "(laaffic explain OutcomeUnknownError)" in str(Lost("lost"))
