"""Make generated_client/laaffic_api from openapi.yaml, or with --check say whether it is what would be made."""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "generated_client" / "laaffic_api"
HEADER = "# Generated from openapi.yaml by `make generate`. Do not edit.\n"


def generate(target: Path) -> None:
    """Run the pinned generator into `target`, which must not be there yet."""
    # The generator runs ruff from PATH, so this interpreter's own tools must come first there.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(ROOT / "openapi.yaml"), "--config", str(ROOT / "generator-config.yaml")]
    command += ["--custom-template-path", str(ROOT / "generated_client" / "templates"), "--output-path", str(target)]
    subprocess.run(command, check=True, env={**os.environ, "PATH": path}, cwd=target.parent)
    for module in target.rglob("*.py"):
        module.write_text(HEADER + module.read_text(encoding="utf-8"), encoding="utf-8")
    (target / "py.typed").touch()


def files(folder: Path) -> set[str]:
    """The files below a folder, without what running them leaves behind."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


def differences(fresh: Path) -> list[str]:
    """The files that are not the same, byte for byte, in the committed client and in a fresh one."""
    both = sorted(files(fresh) & files(TARGET))
    _, mismatch, errors = filecmp.cmpfiles(fresh, TARGET, both, shallow=False)
    return sorted([*mismatch, *errors, *(files(fresh) ^ files(TARGET))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on any difference")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / TARGET.name
        generate(fresh)
        if check:
            if changed := differences(fresh):
                print("generated_client is not what openapi.yaml makes; run `make generate`:", *changed, sep="\n  ")
                return 1
            print("generated_client is what openapi.yaml makes")
            return 0
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(fresh, TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
