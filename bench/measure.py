"""`python -m bench.measure SECTION...`: measure in this environment, and print a line of JSON for each section."""

import argparse
import importlib
import json
import time

from bench.children import end_with_parent
from bench.effort import Effort
from bench.machine import machine, versions

MODULES = {
    "sends": "bench.sends",
    "async": "bench.at_once",
    "many": "bench.many",
    "imports": "bench.imports",
    "size": "bench.size",
    "clients": "bench.clients",
    "mocks": "bench.mocks",
}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.measure", description=__doc__)
    parser.add_argument("sections", nargs="+", choices=MODULES)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    end_with_parent()
    for section in asked.sections:
        module = importlib.import_module(MODULES[section])  # as needed: the environments differ
        begins = time.monotonic()
        found = module.measure(Effort(section, asked.quick, asked.full))
        told = {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "seconds": round(time.monotonic() - begins),
            "machine": machine(),
            "versions": versions(module.PACKAGES),
            **found,
        }
        print(json.dumps({"section": section, "told": told}), flush=True)


if __name__ == "__main__":
    main()
