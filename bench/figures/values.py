"""`python -m bench.figures.values FILE`: print a file of pyperf as JSON: for each benchmark the median of each run."""

import json
import sys
from statistics import median

import pyperf


def main() -> None:
    """Print it."""
    suite = pyperf.BenchmarkSuite.load(sys.argv[1])
    print(json.dumps({found.get_name(): [median(run.values) for run in found.get_runs()] for found in suite}))


if __name__ == "__main__":
    main()
