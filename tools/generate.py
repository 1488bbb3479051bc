"""Generate code from openapi.yaml, or, with --check, report whether what is committed is what would be generated.

It generates generated_client/laaffic_api, with openapi-python-client and this project's templates, and the SDK's table
of statuses.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi.yaml"
CLIENT = Path("generated_client", "laaffic_api")
STATUS_TABLE = Path("wrapper", "laaffic", "_model", "status_table.py")
HEADER = "# Generated from openapi.yaml by `make generate`. Do not edit.\n"
# The generator runs ruff from PATH, so this interpreter's own tools must come first there.
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
# As in generator-config.yaml: the same bytes, whatever ruff settings a machine has.
FORMAT = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--target-version", "py311"]
FORMAT += ["--line-length", "120", "--quiet"]


def make_client(target: Path, contract: Path = CONTRACT) -> None:
    """Run the pinned generator into `target`, which must not exist yet."""
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(contract), "--config", str(ROOT / "generator-config.yaml")]
    command += ["--custom-template-path", str(ROOT / "generated_client" / "templates"), "--output-path", str(target)]
    subprocess.run(command, check=True, env=ENVIRONMENT, cwd=target.parent)
    for module in target.rglob("*.py"):
        module.write_text(HEADER + module.read_text(encoding="utf-8"), encoding="utf-8")
    (target / "py.typed").touch()


def make_status_table(target: Path, contract: Path = CONTRACT) -> None:
    """Write the contract's statuses as a module of plain data."""
    schema = yaml.safe_load(contract.read_text(encoding="utf-8"))["components"]["schemas"]["StatusCode"]
    if list(schema["x-statuses"]) != schema["enum"]:
        raise SystemExit("openapi.yaml: x-statuses of StatusCode must have the codes of its enum, in the same order")
    rows = [
        (code, name, status["meaning"], status["hint"], status["definite"])
        for name, (code, status) in zip(schema["x-enum-varnames"], schema["x-statuses"].items(), strict=True)
    ]
    lines = [
        f'{HEADER}"""The provider\'s statuses: code, name, meaning, hint, and whether it is definite."""\n',
        "TABLE: tuple[tuple[str, str, str, str, bool], ...] = (",
        *(f"({', '.join(map(_literal, row))})," for row in rows),
        ")\n",
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8")
    subprocess.run([*FORMAT, str(target)], check=True)


def _literal(value: Any) -> str:
    """Return a value as Python source, with a text that is too long for one line in pieces."""
    pieces = textwrap.wrap(value, 106, drop_whitespace=False) if isinstance(value, str) else [value]
    return f"({' '.join(map(repr, pieces))})" if pieces[1:] else repr(value)


def files(root: Path) -> set[Path]:
    """Return the generated files below a root, without what importing them leaves behind."""
    client = (path.relative_to(root) for path in (root / CLIENT).rglob("*") if path.is_file())
    found = {path for path in client if "__pycache__" not in path.parts}
    return found | ({STATUS_TABLE} if (root / STATUS_TABLE).exists() else set())


def differences(fresh: Path) -> list[str]:
    """Return the files that differ, in any byte, between the project and what was generated just now."""
    made, committed = files(fresh), files(ROOT)
    changed = [path for path in made & committed if (fresh / path).read_bytes() != (ROOT / path).read_bytes()]
    return sorted(str(path) for path in {*changed, *(made ^ committed)})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on any difference")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        (fresh / CLIENT).parent.mkdir()
        make_client(fresh / CLIENT)
        make_status_table(fresh / STATUS_TABLE)
        if check:
            if changed := differences(fresh):
                print("out of date with openapi.yaml; run `make generate`:", *changed, sep="\n  ")
                return 1
            print("everything generated is up to date with openapi.yaml")
            return 0
        shutil.rmtree(ROOT / CLIENT, ignore_errors=True)
        shutil.copytree(fresh / CLIENT, ROOT / CLIENT)
        shutil.copyfile(fresh / STATUS_TABLE, ROOT / STATUS_TABLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
