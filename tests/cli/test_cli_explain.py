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
from laaffic._batch.batch import MessageBatch
from laaffic._http.evidence import Evidence, Responded, Unanswered
from laaffic._outcome.outcome import outcome_of
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


WITHOUT_EXTRAS = (
    "import sys; sys.modules.update(dict.fromkeys(['click', 'rich', 'sqlalchemy', 'starlette', 'uvicorn', 'yaml']))\n"
    "from laaffic_cli import main; sys.exit(main())"
)


def explained_without_extras(*words: str) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-c", WITHOUT_EXTRAS, "explain", *words]
    return subprocess.run(program, check=False, capture_output=True, text=True)


def test_without_any_extra_the_same_is_printed(laaffic: Laaffic) -> None:
    said = explained_without_extras("-10")
    assert (said.returncode, said.stdout, said.stderr) == (0, laaffic("explain", "-10").stdout, "")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [("LedgerBusyError", "extra `campaigns`"), ("99900100010", "extra `mock`"), ("rejcted", "did you mean rejected")],
)
def test_without_any_extra_what_cannot_be_explained_says_what_to_do(words: str, remedy: str) -> None:
    said = explained_without_extras(words)
    assert (said.returncode, said.stdout) == (2, "")
    assert remedy in said.stderr
    assert "laaffic statuses" not in said.stderr  # which is not there either


def test_without_any_extra_the_usage_is_told() -> None:
    said = explained_without_extras("--help")
    assert said.returncode == 0
    assert "such as -10" in said.stdout


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


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        (str(laaffic.InsufficientBalanceError("The balance is too low", status="-10")), "-10"),
        ("ERROR see https://docs.example/explain/NotSentError.html (batch a1)", "NotSentError"),
        ("laaffic.OutcomeUnknownError: The server failed", "OutcomeUnknownError"),
        ("NotSentError: no connection\nOutcomeUnknownError: lost", "OutcomeUnknownError"),
        ("The provider responded with status -10: the balance is too low", "-10"),
        ("The server failed with HTTP 500", "OutcomeUnknownError"),
        ("The response was lost: the connection broke off", "OutcomeUnknownError"),
        ("No connection could be made: [Errno 111] Connection refused", "NotSentError"),
        ("HTTP 429", "HTTPStatusError"),
        ("429", "HTTPStatusError"),
        ("503", "OutcomeUnknownError"),
        ("fault accept_then_drop", "accept_then_drop"),
    ],
)
def test_the_topic_is_taken_out_of_a_line(laaffic: Laaffic, line: str, topic: str) -> None:
    assert laaffic("explain", line).stdout == laaffic("explain", topic).stdout != ""


@pytest.mark.parametrize("line", ["Nothing was sent. Time", "it took 429 ms, at 2026-11-30", "HTTP 200", "200"])
def test_words_that_happen_to_be_names_are_no_topic_of_a_line(laaffic: Laaffic, line: str) -> None:
    assert laaffic("explain", line).exit_code == 2


@pytest.mark.parametrize(
    ("word", "meant"),
    [("rejcted", "rejected"), ("NotSent", "NotSentError"), ("clockskew", "clock_skew")],
)
def test_what_is_nearly_a_name_is_asked_for(laaffic: Laaffic, word: str, meant: str) -> None:
    assert re.search(rf"did you mean [\w ]*\b{meant}\b.*\?", laaffic("explain", word).stderr)


@pytest.mark.parametrize(
    "evidence",
    [
        Unanswered(reached=True, why="the connection broke off"),
        Unanswered(reached=False, why="the connection was refused"),
        *(Responded(http_status, b"<html>") for http_status in (200, 302, 404, 429, 500)),
        Responded(200, b'{"status":"0"}'),
    ],
    ids=str,
)
def test_the_page_of_an_error_quotes_how_its_text_begins(evidence: Evidence) -> None:
    error = outcome_of(MessageBatch([laaffic.Message("99955500001", "x")], [0]), evidence).error
    quoted = re.findall(r'"([A-Z][^"…]+)…"', page(type(error).__name__) or "")
    assert any(str(error).startswith(words) for words in quoted)


def test_http_statuses_are_on_the_pages_of_what_they_become() -> None:
    assert "HTTP 5xx" in (page("OutcomeUnknownError") or "")
    assert "After HTTP 429, wait" in (page("HTTPStatusError") or "")


def test_the_pages_say_what_the_batch_behind_a_text_is() -> None:
    for topic in ("OutcomeUnknownError", "-10"):
        assert "`(batch …)`" in (page(topic) or "")
    for topic in ("ConfigurationError", "QueryFailedError", "LedgerError", "NoSuchCampaignError"):
        assert "(batch" not in (page(topic) or "")


def test_a_rule_is_told_as_a_rule() -> None:
    assert "by this rule: the header `Sign` is" in (page("signature") or "")


def test_the_wrong_clock_is_told_for_a_kept_connection_too() -> None:
    assert "On a kept connection it gets `TimestampExpiredError`" in (page("clock_skew") or "")


def test_the_pages_of_the_site_lead_on() -> None:
    pages = topics()
    assert "(../lost-response.md)" in pages["OutcomeUnknownError"]
    assert "(../api/laaffic.md#laaffic.InsufficientBalanceError)" in pages["-10"]
    assert "(../reports.md)" in pages["pending"]
    assert "(../testing.md)" in pages["signature"]
    assert "(../campaigns.md)" in pages["LedgerBusyError"]
    assert all("(../errors.md)" in text for text in pages.values())
    assert not any("](" in (page(topic) or "") for topic in pages)


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
