"""`python -m matrix.pages`: write the pages of `docs/` that are made from the matrix and from the gateway's code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import laaffic
from laaffic_mock import magic_numbers
from laaffic_mock.gateway.faults.faults import ABOUT, REFUSING
from laaffic_mock.gateway.words import REFUSE
from matrix.cell import Cell
from matrix.cells import CELLS

DOCS = Path(__file__).parents[2] / "docs"
MADE = "<!-- Made by `make docs` from {source}. Do not edit. -->"
STATE = {state.value[0]: state.value for state in laaffic.State}

OUTCOMES = """\
# Outcomes

What this package reports of every recipient, whatever happens to the request, and what is then true.

{made}

## The rule

- Reported `accepted`: the gateway has it, exactly once.
- Reported `rejected` or `not_sent`: the gateway never had it.
- Reported `unknown`: the gateway has it at most once.

This is true as long as the gateway and whatever is in front of it do not lie: a response that lists a recipient as
accepted, or that refuses the request, is believed, unless it contradicts itself. A request is posted once more in two
cases only, because the first one was refused as a whole: after status -16, signed by the server's clock, and in parts,
if you ask for it with `split_refused`.

## What to do

| state | what is known | what to do |
|---|---|---|
| `accepted` | the provider took it; whether it was delivered is not known yet | Keep the `msg_id`. Never send again. |
| `rejected` | the provider, or something before it, refused it | Remove the cause that the error names; send again. |
| `not_sent` | nothing left this machine for it | Send again once there is a connection; it is safe. |
| `unknown` | it may have been sent and charged for, or not | [Ask](lost-response.md) before you send again. |

An exception's `.sent` says the same of the whole request: `"no"`, nobody got anything; `"unknown"`, see each
recipient's state in `.result`. Without an exception the result itself has the states. [Errors](errors.md) explains the
exceptions.

## Where these states come from

- `accepted`: the response lists the recipient with a message id. In a success also without one, unless it counts
  fewer as accepted than it lists: when it counts exactly those with a message id, the others are `rejected`, else
  `unknown`.
- `rejected`: the response names the recipient as refused (`failArray`), or it is certain that it took no others than
  those that it lists. Named both as accepted and as refused is `unknown`.
- Where several recipients look the same to the response (the same number, and no order id of its own in the entry that
  tells which one is meant) and it lists only some of them, all of these are `unknown`; the message ids listed for them
  are in `unmatched_msg_ids`. Listed as often as asked for, all are `accepted`, with message ids in the order listed.
  Of other recipients the response says what it says. Recipients look the same only with
  `own_order_ids=False`, with order ids of yours that are not distinct, or when the response leaves order ids out.
- `not_sent`: no connection could be made. In `send_many` also: an invalid row with `on_invalid="report"`, and what was
  read and not posted when sending ended.
- `unknown`: all else.

What may be another request's response, or what is left of a success, refuses nobody for certain; whom it lists with a
message id is `accepted`, and the rest is `unknown`:

- a -16 whose own `Date` does not show that the timestamp was more than 29 minutes off, or a second one after the
  request was signed by the `Date` of the first. Only when the date shows it, the response says nothing else, and no
  other request used the connection before, is the request signed anew and posted once more. On a connection that was
  used before, the recipients are `rejected`, and the requests that follow are signed by the server's clock;
- an object in which `status`, `success`, `fail`, `array` or `failArray` stands twice, also when one of them is written
  with escapes. An entry in which a number or an id stands twice is an entry of nobody's;
- a 4xx, unless it was decoded whole and is either no JSON at all, such as HTML or words, or one JSON object whose
  status, if it has any, is not 0, and in which nothing may mean a success: no list, count or message id. Whatever
  begins like JSON and is something else (cut, a list, two documents, a figure), says 0 in any spelling, or is longer
  than a mebibyte may be a success;
- a response of more than 250,000 values, which is not read;
- a response behind which another one comes: on a connection that was used before, one that names nobody as accepted is
  followed by a [second look](sending.md#connections-of-their-own).

With `split_refused` a request is posted again in parts only after a refusal that leaves no doubt: its status is -3, -4,
-5, -6, -7 or -9 with HTTP 2xx, it counts nobody as accepted, and every recipient is `rejected`. A request whose
response is lost, or which is partly accepted, is never split. Recipients that were refused together with others and not
posted again, because sending ended, are `rejected`, with a `reason` that says so.

## Every case

Each line is a test, with the synchronous client and with the asynchronous one, against the stateful gateway. It fails
when the gateway has accepted anything else, or anything twice. Three recipients are asked for; in some cases there is a
fourth, a [magic number](magic-numbers.md). The last column is what becomes of the recipients when
[`reconcile`](lost-response.md) is asked about those that are unknown, once the gateway has finished them all.

{tables}"""

MAGIC = """\
# Magic numbers and faults of the mock gateway

What the stateful gateway of `laaffic_mock` does on purpose. Nothing is really sent.

{made}

## Magic numbers

The country code 999 belongs to no country, so these numbers are always test traffic. The first of `999001…` and
`999002…` in a request decides what becomes of the whole request. The others are about their own recipient alone: the
one that is not taken, and those of `999004…`, which are accepted as every other number is, unless the account's
settings refuse it, and then fare as the table says; all others succeed. `gateway.deliver(...)` decides otherwise.

| number | what becomes of the request, or of the recipient |
|---|---|
{numbers}

## Faults

Ask for one with `gateway.fail_next("name", times=1)`, for the next requests, or by chance with
`gateway.fail_by_chance({{"name": 0.01}}, seed=1)`. [Outcomes](outcomes.md) says what your application gets after each.
Through Prism, which `laaffic mock` puts before the gateway, it gets the same. Only `drop_before_reading` comes after
the body there, and `refuse_connection` has to be ordered at Prism's port (`mock/README.md`).

After `clock_skew` a send is accepted only on a connection that no other request used, such as a new client's first; on
a kept one it is refused, and the next one is accepted.

| fault | what the gateway does | accepted? |
|---|---|---|
{faults}
"""


def outcomes_page() -> str:
    """Return the page of outcomes."""
    shown = [cell for cell in CELLS if cell.shown]
    order = {place: at for at, place in enumerate(dict.fromkeys(cell.place for cell in shown))}
    by_place = groupby(sorted(shown, key=lambda cell: order[cell.place]), key=lambda cell: cell.place)
    tables = "\n".join(_table(place, cells) for place, cells in by_place)
    return OUTCOMES.format(made=MADE.format(source="`tests/matrix`"), tables=tables)


def magic_numbers_page() -> str:
    """Return the page of magic numbers and faults."""
    numbers = [f"| `{number}` | {means} |" for number, means in magic_numbers()]
    faults = [
        f"| `{kind.value}` | {about.does} | {'yes' if about.accepts else 'no'} |" for kind, about in ABOUT.items()
    ]
    faults.append(f"| `{REFUSE}` | {REFUSING.does}, one or `seconds=` (only `fail_next`) | no |")
    made = MADE.format(source="`mock/laaffic_mock`")
    return MAGIC.format(made=made, numbers="\n".join(numbers), faults="\n".join(faults))


def pages() -> Mapping[Path, str]:
    """Return every page, by its file."""
    return {DOCS / "outcomes.md": outcomes_page(), DOCS / "magic-numbers.md": magic_numbers_page()}


def _table(place: str, cells: Iterable[Cell]) -> str:
    head = "| what happens | exception | `.sent` | recipients | has the gateway accepted? | then `reconcile` says |\n"
    head += "|---|---|---|---|---|---|"
    return "\n".join([f"### {place}\n", head, *map(_line, cells), ""])


def _line(cell: Cell) -> str:
    error, sent, states, has = cell.outcome
    raised = f"`{error.__name__}`" if error else "none"
    said = f'`"{sent}"`' if sent else ""
    found = "; ".join(_counts(cell.reconciled)) if "u" in states else ""
    return f"| {cell.happens} | {raised} | {said} | {'; '.join(_counts(states))} | {_accepted(has)} | {found} |"


def _counts(states: str) -> Iterator[str]:
    counts = Counter(states)
    for letter, count in counts.items():
        yield f"`{STATE[letter]}`" if len(counts) == 1 else f"{count} `{STATE[letter]}`"


def _accepted(has: str) -> str:
    taken = has.count("y")
    return {0: "no", len(has): "yes"}.get(taken, f"{taken} of {len(has)}")


def main() -> None:
    """Write the pages."""
    DOCS.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
