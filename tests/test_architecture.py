"""ARCHITECTURE.md says which room imports which: these tests hold it to the imports, so that it cannot go stale."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FOLDERS = {
    "laaffic": "wrapper",
    "laaffic_api": "generated_client",
    "laaffic_campaigns": "campaigns",
    "laaffic_cli": "cli",
    "laaffic_mock": "mock",
}
ROW = re.compile(r"^\| (`[^|]*) \|[^|]*\|([^|]*)\|$", re.MULTILINE)
FILE = re.compile(r"[\w./]+\.(?:py|yaml)\b|[\w./]+/(?=[ `;,])")


def names(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


ROWS = [(names(rooms), names(imports)) for rooms, imports in ROW.findall(PAGE)]


@cache
def real_arrows() -> set[tuple[str, str]]:
    graph = grimp.build_graph(*FOLDERS, exclude_type_checking_imports=True, cache_dir=None)
    modules = [
        (importer.split("."), imported.split("."))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    ]
    packages = {(importer[0], imported[0]) for importer, imported in modules}
    rooms = {(room(importer), room(imported)) for importer, imported in modules if importer[0] == "laaffic"}
    return {(importer, imported) for importer, imported in packages | rooms if importer != imported}


def room(module: list[str]) -> str:
    return module[1] if module[0] == "laaffic" and len(module) > 1 else module[0]


def layers_of_the_sdk() -> Iterator[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract["containers"] == ["laaffic"]:
            for layer in contract["layers"]:
                yield from layer.split(" | ")


def test_the_arrows_on_the_page_are_the_imports() -> None:
    page = {(importer, imported) for rooms, imports in ROWS for importer in rooms for imported in imports}
    assert page == real_arrows()


def test_the_rooms_on_the_page_are_the_layers_in_their_order() -> None:
    rooms = [room for rooms, _ in ROWS for room in rooms]
    packages = [package for package in rooms if package in FOLDERS]
    assert sorted(packages) == sorted(FOLDERS)
    assert rooms[len(packages) :] == list(layers_of_the_sdk())


@pytest.mark.parametrize("named", sorted(set(FILE.findall(PAGE))))
def test_every_file_and_folder_that_the_page_names_exists(named: str) -> None:
    places = [ROOT, *(ROOT / folder / package for package, folder in FOLDERS.items())]
    if not any((place / named).exists() for place in (*places, ROOT / "mock/laaffic_mock/gateway")):
        assert [*(ROOT / "wrapper" / "laaffic").rglob(Path(named).name)], named
