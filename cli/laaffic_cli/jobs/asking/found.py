"""What reconciling has found out, and how it is told."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from laaffic import Recipient, State
from laaffic_cli.jobs.asking.lost import LOST, TOO_OLD, Lost
from laaffic_cli.jobs.asking.options import compact, counted
from laaffic_cli.reading.tables.outcomes import STATES
from laaffic_cli.reports.exit_codes import exit_code
from laaffic_cli.reports.look import MAX_ROWS
from laaffic_cli.reports.table import COLOURS
from laaffic_cli.terminal.shown import printable
from laaffic_cli.terminal.streams import Stream, tell
from laaffic_cli.terminal.tables import rendered

NO_NUMBER = "the file has no number of it"
NO_RECORD = "no record by "  # how the reason of whoever is in no record begins


def state_now(before: str, recipient: Recipient) -> str:
    """Return the state of whoever had no outcome."""
    return before if recipient.state is State.UNKNOWN else recipient.state.value


class Found:
    """What was found out, counted."""

    def __init__(self, lost: Lost, told: Sequence[Recipient], before: Counter[str], output: str | None) -> None:
        self.output = output
        self.counts = Counter(before)
        self.rows: list[tuple[str, Recipient]] = []  # whoever was lost
        for state, recipient in zip(lost.states, told, strict=False):
            if state in LOST:
                now = state_now(state, recipient)
                self.rows.append((now, recipient))
                self.counts[state] -= 1
                self.counts[now] += 1
        self.lost = len(self.rows)
        self.found = sum(state == "accepted" for state, _ in self.rows)
        reasons = [recipient.reason or "" for state, recipient in self.rows if state != "accepted"]
        self.unlisted = sum(reason.startswith(NO_RECORD) for reason in reasons)
        self.impossible = sum(reason in {TOO_OLD, NO_NUMBER} for reason in reasons)
        self.doubtful = len(reasons) - self.unlisted - self.impossible

    def code(self) -> int:
        """Return the exit code, which is about the whole file."""
        return exit_code(
            unknown=any(self.counts[state] for state in LOST),
            not_sent=bool(self.counts["to_go"]),
            rejected=bool(self.counts["rejected"]),
        )

    def shown(self) -> list[tuple[str, Recipient]]:
        """Return those who are worth showing: of many, those who are still unknown."""
        if len(self.rows) <= MAX_ROWS:
            return self.rows
        return [row for row in self.rows if row[0] != "accepted"][:MAX_ROWS]


def tell_found(found: Found, name: str, *, as_json: bool) -> None:
    """Say everywhere what was found out, and what to do now."""
    out = Stream("stdout")
    if as_json:
        recipients = [{**recipient.as_dict(), "state": state} for state, recipient in found.rows]
        for entry in recipients:
            del entry["message_index"]
        counts = {state: found.counts[state] for state in STATES}
        end = {"found": found.found, "counts": counts, "output": found.output, "errors": [], "exit_code": found.code()}
        out.line(compact({"recipients": recipients, **end}))
    else:
        _print(out, found)
    tell(*_advice(found, name))


def _print(out: Stream, found: Found) -> None:
    rows = found.shown()
    if rows:
        out.write(rendered(_table(rows), terminal=out.is_terminal(), wrap=True))
    more = (found.lost if found.lost <= MAX_ROWS else found.lost - found.found) - len(rows)
    if more > 0:
        out.line(f"and {more:,} more; {printable(found.output or '')} has them all")
    still = found.lost - found.found
    out.line(f"{found.lost:,} unknown: {found.found:,} found, {still:,} still unknown")
    out.sentence(f"All recipients now: {counted((state, found.counts[state]) for state in STATES)}")
    if found.output is not None:
        out.line(f"Written to {printable(found.output)}")


def _table(rows: Sequence[tuple[str, Recipient]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("NUMBER", "STATE", "MESSAGE ID"):
        table.add_column(name, no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for state, recipient in rows:
        cells = [Text(printable(recipient.number or "-")), Text(state, COLOURS[state])]
        table.add_row(*cells, Text(printable(recipient.msg_id or "-")), Text(printable(recipient.reason or "")))
    return table


def _advice(found: Found, name: str) -> Iterator[str]:
    if not found.lost:
        yield f"Everybody in {printable(name)} has an outcome; nothing was asked, and nothing was written."
        return
    if found.found:
        yield (
            "Found means that the provider's records have a message to the number. It is this one if everything else "
            "that was sent with this app id since then is in the file or in --known."
        )
    if found.unlisted:
        yield (
            f"{found.unlisted:,} of them {'is' if found.unlisted == 1 else 'are'} in no record. Records list only what "
            "is finished, so this proves nothing: give the same command again later; an hour is a good time."
        )
    if found.doubtful:
        yield (
            f"For {found.doubtful:,}, the number has more or fewer records than messages whose outcome is not known. "
            "Give the outcomes of everything else that was sent with this app id with --known."
        )
    if found.impossible:
        yield f"Nothing more can be found out about {found.impossible:,}: no number, or posted more than 90 days ago."
    if found.lost > found.found:
        yield (
            "Whoever stays unknown may have got it, or not; no page of the provider says after how long nothing more "
            "will come. Nothing is sent to them again by itself; whoever you send to anew may get it twice."
        )
