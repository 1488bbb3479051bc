"""The package's face: quick to import, its names found when they are used, nothing else taken for a name."""

import subprocess
import sys
import typing
from importlib.metadata import version

import pytest

import laaffic

PUBLIC = [getattr(laaffic, name) for name in laaffic.__all__]
HEAVY = {"asyncio", "attrs", "dataclasses", "httpx2", "laaffic_api", "orjson", "ssl", "threading"}


def run(program: str) -> str:
    """Run a program in a fresh process; return what it printed."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_it_imports_nothing_heavy() -> None:
    loaded = set(run("import sys; bare = set(sys.modules); import laaffic; print(*set(sys.modules) - bare)").split())
    assert not loaded & HEAVY


def test_the_blocking_client_does_not_import_asyncio() -> None:
    assert "asyncio" not in run("import laaffic, sys; laaffic.Client; print(*sys.modules)").split()


def test_each_name_can_be_the_first_one_used() -> None:
    names = run("import laaffic; print(*laaffic.__all__)").split()
    program = f"""
import importlib, sys
for name in {names!r}:
    for module in [module for module in sys.modules if module.partition(".")[0] == "laaffic"]:
        del sys.modules[module]
    getattr(importlib.import_module("laaffic"), name)
print("all")
"""
    assert run(program) == "all\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'laaffic' has no attribute 'nonsense'"):
        _ = laaffic.nonsense  # type: ignore[attr-defined]  # which is what is tested


def test_the_version_is_the_distributions() -> None:
    assert laaffic.__version__ == version("laaffic")


@pytest.mark.parametrize("thing", [thing for thing in PUBLIC if isinstance(thing, type)])
def test_the_types_of_public_classes_can_be_read(thing: type) -> None:
    typing.get_type_hints(thing)


def test_the_module_runs_the_command_line() -> None:
    command = [sys.executable, "-m", "laaffic", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"laaffic {laaffic.__version__}\n"


def test_without_the_command_line_the_module_says_what_is_missing() -> None:
    program = "import runpy, sys; sys.modules['laaffic_cli'] = None; runpy.run_module('laaffic', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install laaffic with its extra `cli`" in done.stderr
