"""Whom a campaign is for, as a file of CSV."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

NAMES = ("Ana", "Bilal", "Chen", "Dora", "Emeka", "Fatima", "Goran", "Hana", "Ivan", "Jorge", "Kiran", "Ludmila")
TEMPLATE = "Hello {name}, order {order} is ready. Show the code {code} when you come for it."
DIFFERENT = 1_000_000  # more are the same ones again


def write_csv(path: Path, people: int) -> None:
    """Write a file of so many, with numbers, orders and codes in no order: texts of 80 characters, give or take three.

    The same call writes the same file.
    """
    lines = list(islice(_lines(), min(people, DIFFERENT)))
    with path.open("w", encoding="utf-8") as file:
        file.write("number,name,order,code\n")
        for begin in range(0, people, DIFFERENT):
            file.writelines(lines[: people - begin])


def _lines() -> Iterator[str]:
    some = random.Random(1)  # noqa: S311  # no secret
    while True:
        number, order, code = some.randrange(10**8), some.randrange(10**8), some.randrange(10**6)
        yield f"999{number:08},{some.choice(NAMES)},{order:08},{code:06}\n"
