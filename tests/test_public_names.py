"""The public surface: its names, that each is explained, and that importing it is light."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import laaffic
import laaffic_campaigns

PROMISED = [
    "Client",
    "AsyncClient",
    "Message",
    "Rows",
    "BatchResult",
    "Recipient",
    "State",
    "STATUSES",
    "StatusInfo",
    "LaafficError",
    "ConfigurationError",
    "InvalidMessageError",
    "NotSentError",
    "OutcomeUnknownError",
    "HTTPStatusError",
    "PartialFailureError",
    "StatusError",
    "AuthenticationError",
    "IPRestrictedError",
    "SensitiveContentError",
    "EmptyContentError",
    "ContentTooLongError",
    "TemplateMismatchError",
    "TooManyNumbersError",
    "EmptyNumbersError",
    "InvalidNumberError",
    "InsufficientBalanceError",
    "TimestampExpiredError",
    "GatewayFaultError",
    "NoPriceError",
    "UnknownStatusError",
    "AccountLockedError",
    "EmptyTemplateError",
    "InvalidFieldError",
    "KeyDisabledError",
    "KeyNotAllowedError",
    "QueryFailedError",
    "Balance",
    "Check",
    "RawResponse",
    "RejectedError",
    "Segments",
    "Sent",
    "TooFrequentError",
    "DeliveryReport",
    "DeliveryState",
    "InvalidReportError",
    "InvalidTimeError",
    "Price",
    "SentRecord",
    "match_records",
    "normalize_number",
    "parse_report",
    "segments",
]
OF_CAMPAIGNS = [
    "BadRow",
    "Campaign",
    "CampaignExistsError",
    "Earlier",
    "Excluded",
    "Ledger",
    "LedgerBusyError",
    "LedgerError",
    "LedgerUnavailableError",
    "NoSuchCampaignError",
    "Outcome",
    "Preview",
    "Reconciled",
    "Refreshed",
    "Resent",
    "Status",
    "Template",
    "pump",
]
CLASSES = [value for name in laaffic.__all__ if inspect.isclass(value := getattr(laaffic, name))]
CLASSES_OF_CAMPAIGNS = [getattr(laaffic_campaigns, name) for name in OF_CAMPAIGNS if name[0].isupper()]


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(laaffic.__all__) == sorted(PROMISED)
    for name in PROMISED:
        getattr(laaffic, name)
    public = [name for name in dir(laaffic) if name[0] != "_"]
    assert sorted(public) == sorted(PROMISED)


def test_the_public_names_of_campaigns_are_these_and_no_others() -> None:
    assert sorted(laaffic_campaigns.__all__) == OF_CAMPAIGNS
    found = [name for name in dir(laaffic_campaigns) if name[0] != "_"]
    assert sorted(set(found) - {"celery"}) == OF_CAMPAIGNS  # a module of its own, which another test may have imported


@pytest.mark.parametrize("thing", [*CLASSES, *CLASSES_OF_CAMPAIGNS])
def test_everything_public_is_explained(thing: type) -> None:
    assert thing.__doc__
    for name, member in vars(thing).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            assert member.__doc__, f"{thing.__name__}.{name}"


@pytest.mark.parametrize("thing", CLASSES)
def test_tracebacks_and_pickles_name_the_package(thing: type) -> None:
    assert thing.__module__ == "laaffic"


@pytest.mark.parametrize("thing", CLASSES_OF_CAMPAIGNS)
def test_tracebacks_and_pickles_name_the_package_of_campaigns(thing: type) -> None:
    assert thing.__module__ == "laaffic_campaigns"


@pytest.mark.parametrize("thing", [laaffic.Client, laaffic.AsyncClient, laaffic.Message, laaffic.BatchResult])
def test_no_foreign_type_stands_in_a_public_signature(thing: type) -> None:
    methods = [member for name, member in inspect.getmembers(thing, inspect.isfunction) if name[0] != "_"]
    for signature in (inspect.signature(thing), *map(inspect.signature, methods)):
        assert not any(name in str(signature) for name in ("httpx2", "attr", "laaffic_api"))


def test_both_clients_have_the_same_methods_and_settings() -> None:
    sync, other = ({n for n in dir(c) if not n.startswith("_")} for c in (laaffic.Client, laaffic.AsyncClient))
    assert sync <= other
    assert other - sync == {"aclose"}
    assert inspect.signature(laaffic.Client) == inspect.signature(laaffic.AsyncClient)


def test_importing_the_sdk_imports_neither_its_command_line_nor_its_mock() -> None:
    program = "import laaffic, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"click", "rich", "laaffic_campaigns", "laaffic_cli", "laaffic_mock", "sqlalchemy", "yaml"} & set(
        done.stdout.split()
    )


def test_modules_stay_short() -> None:
    code = Path(__file__).parents[1]
    lengths = sorted(
        len(module.read_text(encoding="utf-8").splitlines())
        for folder in ("wrapper", "cli", "mock/laaffic_mock", "campaigns")
        for module in (code / folder).rglob("*.py")
    )
    assert lengths[len(lengths) // 2] < 120


def test_no_module_is_called_utils() -> None:
    code = Path(__file__).parents[1]
    folders = ("wrapper", "cli", "mock/laaffic_mock", "campaigns", "tests", "tools/generate.py")
    assert not [module for folder in folders for module in (code / folder).rglob("*util*.py")]


def test_the_generated_files_say_so() -> None:
    generated = Path(__file__).parents[1] / "generated_client" / "laaffic_api"
    modules = list(generated.rglob("*.py"))
    assert modules
    for module in modules:
        text = module.read_text(encoding="utf-8")
        assert text.startswith("# Generated from openapi.yaml by `make generate`. Do not edit.\n")
        ast.parse(text)
