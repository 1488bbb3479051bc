"""pytest loads the plugin in every run of everybody who has the package."""

import subprocess
from pathlib import Path

import pytest

from plugin.conftest import Run


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "yaml"])
def test_without_the_extra_one_line_says_what_to_install(run: Run, missing: str) -> None:
    tests = f"""
    import sys

    class NotInstalled:
        def find_spec(self, name, path, target=None):
            if name.split(".")[0] == "{missing}":
                raise ModuleNotFoundError(name=name)

    sys.meta_path.insert(0, NotInstalled())

    def test_one(laaffic_gateway): ...
    """
    done = run(tests)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_one*",
            f"The fixture laaffic_gateway cannot start: Gateway needs {missing}: install laaffic with its extra `mock`",
            "*short test summary*",
        ],
        consecutive=True,
    )


def test_without_the_extra_for_campaigns_one_line_says_what_to_install(run: Run) -> None:
    tests = """
    import sys

    class NotInstalled:
        def find_spec(self, name, path, target=None):
            if name.split(".")[0] == "sqlalchemy":
                raise ModuleNotFoundError(name=name)

    sys.meta_path.insert(0, NotInstalled())

    def test_one(laaffic_ledger): ...
    """
    done = run(tests)
    done.assert_outcomes(errors=1)
    line = "The fixture laaffic_ledger cannot start: *install laaffic with its extra `campaigns`"
    done.stdout.fnmatch_lines(["*ERROR at setup of test_one*", line, "*short test summary*"], consecutive=True)


@pytest.mark.parametrize(
    "heavy", ["httpx2", "laaffic", "laaffic_campaigns", "sqlalchemy", "starlette", "uvicorn", "yaml"]
)
def test_a_run_that_does_not_ask_for_it_imports_nothing_for_it(
    suite: Path, bare_environment: dict[str, str], command_line: list[str], heavy: str
) -> None:
    test = f"""
import sys

def test_one():
    assert "{heavy}" not in set(sys.modules)
"""
    (suite / "test_it.py").write_text(test, encoding="utf-8")
    done = subprocess.run(command_line, cwd=suite, env=bare_environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
