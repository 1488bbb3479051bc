"""Find the contract, which the package `laaffic` ships."""

import importlib.util
from pathlib import Path


def find_contract() -> Path:
    """Return the path of `openapi.yaml`.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    package = importlib.util.find_spec("laaffic")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package laaffic, which ships openapi.yaml, is not installed; install it")
    return Path(package.origin).with_name("openapi.yaml")
