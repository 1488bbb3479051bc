"""The wheel and the sdist hold what they should, and the wheel works with nothing but what it asks for."""

import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("laaffic", "laaffic_api", "laaffic_campaigns", "laaffic_cli", "laaffic_mock")


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the clean Python, outside of the checkout."""
    return subprocess.run([python, *arguments], cwd=python.parent, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert not [name for name in names if re.search(r"(^|/)tests?[/_.]|node_modules|__pycache__", name)]


def test_the_wheel_ships_the_contract(wheel: Path) -> None:
    shipped = zipfile.ZipFile(wheel).read("laaffic/openapi.yaml")
    assert shipped == (ROOT / "openapi.yaml").read_bytes()


def test_both_archives_ship_the_page_of_the_mock(wheel: Path, built: Path) -> None:
    page = "laaffic_mock/gateway/inbox/index.html"
    assert page in zipfile.ZipFile(wheel).namelist()
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        assert any(name.endswith(f"/mock/{page}") for name in archive.getnames())


def test_the_wheel_asks_for_little(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    base = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert sorted(re.split(r"[ <>=]", line)[1] for line in base) == ["anyio", "attrs", "httpx2", "orjson"]
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_the_command_line_brings_what_campaigns_need(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    needed = {
        extra: set(re.findall(rf"Requires-Dist: (\S+?)[<>=].*extra == '{extra}'", metadata))
        for extra in ("campaigns", "cli")
    }
    assert needed["campaigns"] == {"sqlalchemy"}
    assert needed["cli"] == {"click", "rich", *needed["campaigns"]}


def test_the_sdist_holds_the_sources(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    folders = ("wrapper/laaffic", "campaigns/laaffic_campaigns", "cli/laaffic_cli", "mock/laaffic_mock")
    sources = {f"{folder}/__init__.py" for folder in folders}
    assert {"openapi.yaml", "pyproject.toml", "README.md", "LICENSE", *sources} <= names
    assert not [name for name in names if name.startswith((".venv", "shared")) or "node_modules" in name]


@pytest.mark.parametrize("package", ["laaffic", "laaffic_api", "laaffic_mock"])
def test_the_wheel_imports_in_a_clean_environment(clean_python: Path, package: str) -> None:
    done = run(clean_python, "-W", "error", "-c", f"import {package}")
    assert done.returncode == 0, done.stderr


def test_the_command_without_its_extra_says_what_to_install(clean_python: Path) -> None:
    done = run(clean_python, "-c", "import laaffic_cli, sys; sys.exit(laaffic_cli.main())")
    assert done.returncode == 2
    assert "install laaffic with its extra `cli`" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_is_explained_by_the_sdk_alone(clean_python: Path) -> None:
    done = run(clean_python, "-W", "error", "-m", "laaffic", "explain", "-10")
    assert done.returncode == 0, done.stderr
    assert "the balance is too low" in done.stdout


def test_campaigns_without_their_extra_say_what_to_install(clean_python: Path) -> None:
    done = run(clean_python, "-c", "import laaffic_campaigns")
    assert "install laaffic with its extra `campaigns`" in done.stderr
