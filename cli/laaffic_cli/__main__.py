"""`python -m laaffic_cli` does what `laaffic` does."""

import sys

from laaffic_cli import main

if __name__ == "__main__":
    sys.exit(main())
