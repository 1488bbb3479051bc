"""`laaffic report`: what became of messages, by their message ids."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from rich.table import Table as Shown
from rich.text import Text

from laaffic import Client, InvalidFieldError, LaafficError
from laaffic_cli.jobs.asking.options import Asking, beside, compact, counted, written
from laaffic_cli.jobs.asking.query import entry_of
from laaffic_cli.jobs.asking.report_rows import Asked, Row, Sheet, Telling, kept_state
from laaffic_cli.jobs.continuing.continuing import shows_bar
from laaffic_cli.reading.opening import FileOptions
from laaffic_cli.reading.problem import Problem, Problems
from laaffic_cli.reading.tables.message_ids import unfit_id
from laaffic_cli.reading.tables.table import Table, open_table
from laaffic_cli.reports.csv_file import check_place, write_file
from laaffic_cli.reports.look import MAX_ROWS
from laaffic_cli.terminal.progress import Bar
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream, tell
from laaffic_cli.terminal.tables import rendered

TOGETHER = 200  # message ids of one request
_MAX_REFUSED = 10  # message ids; if it is more, something else is wrong
COLOURS = {"succeeded": "green", "failed": "red", "pending": "yellow", "not_found": "bold magenta"}
_COUNTED = (*COLOURS, "contradictory", "refused", "not_asked", "without_message_id")


def report_ids(client: Client, msg_ids: Sequence[str], asking: Asking, output: str | None) -> int:
    """Ask for message ids; return the exit code.

    Raises:
        BadInputError: one is not a message id, or the file cannot be written; nothing was asked.
    """
    problems = Problems()
    for position, msg_id in enumerate(msg_ids, start=1):
        reason = unfit_id(msg_id)
        if reason is not None:
            problems.add(Problem(f"message id {position}: {reason}"))
    problems.raise_any()
    names = ("msg_id", "number")
    if output is not None:
        _check(output, Sheet(names), read=())
    asked = _ask(client, list(dict.fromkeys(msg_ids)), asking)
    rows = [[msg_id, (known and known.number) or ""] for msg_id in msg_ids for known in [asked.reports.get(msg_id)]]
    telling = Telling(Sheet(names), asked, len(rows))
    return _tell(telling, telling.lines(rows), asking, output)


def report_file(client: Client, name: str, options: FileOptions, asking: Asking, output: str | None) -> int:
    """Ask for the message ids of a file, and write what is said beside its rows; return the exit code.

    Raises:
        BadInputError: something in the file is wrong, or the file cannot be written; nothing was asked.
    """
    read = [name]
    if output is None:
        output = beside(name, "reports")
        if output == name:  # which is brought up to date: it keeps every row
            read = []
    with ExitStack() as stack:
        table = stack.enter_context(open_table(name, options))
        sheet = Sheet.of(table)
        _check(output, sheet, read=read)
        total, wanted = _wanted(table, sheet)
        asked = _ask(client, wanted, asking)
        telling = Telling(sheet, asked, total)
        return _tell(telling, telling.lines(row.cells for row in table.rows()), asking, output)


def _check(output: str, sheet: Sheet, read: Sequence[str]) -> None:
    check_place(output, sheet.header().rstrip("\n"), "reports of this file", read=read)


def _wanted(table: Table, sheet: Sheet) -> tuple[int, list[str]]:
    """Return how many rows there are, and the message ids to ask for, each once."""
    problems = Problems()
    wanted: dict[str, None] = {}
    total = 0
    for number, cells in table.rows(problems):
        total += 1
        msg_id = cells[sheet.msg_id].strip()
        reason = unfit_id(msg_id) if msg_id else None
        if reason is not None:
            problems.add(Problem(reason, number, "msg_id", file=table.name))
        elif msg_id and kept_state(cells, sheet) is None:
            wanted[msg_id] = None
    problems.raise_any()
    return total, list(wanted)


def _ask(client: Client, msg_ids: list[str], asking: Asking) -> Asked:
    """Ask for reports, as many at a time as one request takes; what came before a failure is kept."""
    asked = Asked()
    shown = len(msg_ids) > TOGETHER and shows_bar(as_json=asking.as_json)
    with Bar(len(msg_ids), 0, shown=shown, what="Asking") as bar:
        try:
            for first in range(0, len(msg_ids), TOGETHER):
                _ask_together(client, msg_ids[first : first + TOGETHER], asked)
                bar.at(len(asked.reports))
        except LaafficError as error:
            asked.failure = error
        except KeyboardInterrupt:
            asked.interrupted = True
    return asked


def _ask_together(client: Client, msg_ids: list[str], asked: Asked) -> None:
    """Ask in one request; when it is refused for a message id in it, in halves, to find that one.

    Raises:
        LaafficError: the provider does not say what became of them.
    """
    try:
        reports = client.get_reports(msg_ids)
    except InvalidFieldError as error:
        if len(asked.refused) >= _MAX_REFUSED:
            raise
        half = len(msg_ids) // 2
        if not half:
            asked.refused[msg_ids[0]] = error
            return
        _ask_together(client, msg_ids[:half], asked)
        _ask_together(client, msg_ids[half:], asked)
        return
    asked.reports.update((report.msg_id, report) for report in reports)


def _tell(telling: Telling, lines: Iterator[str], asking: Asking, output: str | None) -> int:
    if output is None:
        for _ in lines:
            pass
    else:
        written(output, lambda: write_file(output, lines))
    asked, counts = telling.asked, telling.counts
    code = telling.code()
    out = Stream("stdout")
    if asking.as_json:
        errors = [entry_of(error) for error in (*asked.refused.values(), asked.failure) if error is not None]
        named = {name: counts[name] for name in _COUNTED}
        reports = [report.as_dict() for report in asked.reports.values()]
        out.line(compact({"reports": reports, "counts": named, "errors": errors, "exit_code": code}))
    else:
        _print(out, telling, output)
    _explain(telling, output)
    return code


def _print(out: Stream, telling: Telling, output: str | None) -> None:
    counts, rows = telling.counts, telling.rows
    if rows:
        out.write(rendered(_table(rows), terminal=out.is_terminal()))
    named = sum(counts[name] for name in _COUNTED if name != "without_message_id")
    left = named - len(rows) if named <= MAX_ROWS else named - counts["succeeded"] - len(rows)
    if left > 0:
        has = "" if output is None else f"; {printable(output)} has them all"
        out.line(f"and {left:,} more{has}")
    total = counts.total()
    out.sentence(f"{total:,} message{'s' * (total != 1)}: {counted((name, counts[name]) for name in _COUNTED)}")
    if output is not None:
        out.line(f"Written to {printable(output)}")


def _table(rows: Sequence[Row]) -> Shown:
    table = Shown(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("MESSAGE ID", "NUMBER", "DELIVERY", "REPORTED AT"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        state = Text(row.state.replace("_", " "), COLOURS.get(row.state, ""))
        table.add_row(Text(printable(row.msg_id)), Text(printable(row.number or "-")), state, Text(row.at or "-"))
    return table


def _explain(telling: Telling, output: str | None) -> None:
    asked, counts = telling.asked, telling.counts
    if asked.failure is not None:
        tell(f"Error: {asked.failure}")
    if asked.refused:
        which = printable(", ".join(asked.refused))
        remedy = "Correct them, or take them out"
        tell(f"Error: the provider refuses these message ids, and says nothing of them: {which}. {remedy}.")
    if asked.interrupted:
        tell("Interrupted.")
    if counts["not_asked"]:
        again = "" if output is None else f", and of {output} only those that are not final"
        verb = "was" if counts["not_asked"] == 1 else "were"
        tell(f"{counts['not_asked']:,} {verb} not asked for. The same command asks anew{again}.")
    if counts["contradictory"]:
        what = "the provider's report has another number"
        remedy = "a spreadsheet may have changed the message id, so nothing is said of them"
        tell(f"Warning: of {counts['contradictory']:,}, {what}; {remedy}.")
    if counts["not_found"]:
        others = "nor what is older than 90 days"
        tell(f"Not found is no failure: what is in the provider's queue is not listed either, {others}.")
    if telling.lost:
        tell(f"{telling.lost:,} without an outcome have no message id; `laaffic reconcile` asks about them.")
