"""`python -m laaffic`: the command line, which comes with the extra `cli`; `explain` works without it."""

import sys
from importlib import import_module

if __name__ == "__main__":
    try:
        command_line = import_module("laaffic_cli")
    except ModuleNotFoundError as error:
        sys.exit(f"The command line needs {error.name}: install laaffic with its extra `cli`")
    sys.exit(command_line.main())
