"""The ledger: a file or a database that remembers who got what."""

import os
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

import laaffic
from laaffic_campaigns._campaign import Campaign
from laaffic_campaigns._errors import LedgerBusyError, LedgerError, NoSuchCampaignError
from laaffic_campaigns._fate.folding import fold_reports
from laaffic_campaigns._fate.inbox import add
from laaffic_campaigns._filling.checking import Rules
from laaffic_campaigns._filling.filling import discard_dead, load
from laaffic_campaigns._filling.template import Template
from laaffic_campaigns._kept.databases.opening import open_database
from laaffic_campaigns._protocol.pacing.settings import checked as checked_settings
from laaffic_campaigns._protocol.states import CampaignState
from laaffic_campaigns._telling.reading import found, known
from laaffic_campaigns._telling.told import Outcome

_MAX_NAME = 200
_MAX_RECIPIENTS = 1000
_FOLD_AFTER = 500  # reports


class Ledger:
    """Campaigns that survive whatever becomes of the process. Use it as a context manager.

    They are in an SQLite file, or in PostgreSQL for many machines. It holds numbers and texts. A file is made so that
    only its owner may read it.

    Args:
        url: where it is, such as `sqlite:///spring.db` or `postgresql://shop@db.example/shop`; by default the
            environment variable LAAFFIC_LEDGER. A file that is not there is made, and so are the tables.

    Raises:
        LedgerError: there is no address, it is not one of a file on a disk of this machine or of PostgreSQL, its driver
            is not installed, or a newer version of this package has made the ledger.
        LedgerUnavailableError: it cannot be opened.
    """

    __module__ = "laaffic_campaigns"

    def __init__(self, url: str | None = None) -> None:
        address = os.environ.get("LAAFFIC_LEDGER", "") if url is None else url
        if not address.strip():
            raise LedgerError(
                "There is no address of a ledger", hint="Give one, such as sqlite:///spring.db, or set LAAFFIC_LEDGER."
            )
        self._database = open_database(address.strip())
        self._added = 0
        try:
            self._discard_dead()
        except BaseException:
            self._database.close()
            raise

    def __repr__(self) -> str:
        """Show where it is."""
        return f"Ledger({self._database.where!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, or the connections."""
        self._database.close()

    def create(
        self,
        name: str,
        given: Iterable[laaffic.Message | Sequence[str | None] | Mapping[str, object]],
        *,
        template: str | Template | None = None,
        max_recipients: int = _MAX_RECIPIENTS,
        sender_id: str | None = None,
        exclude: Iterable[str] = (),
        unique: bool = False,
        on_invalid: Literal["raise", "report"] = "raise",
        source: str | None = None,
        rate: float | None = None,
        not_between: tuple[str, str] | None = None,
        zone: str | None = None,
        stop_after: Mapping[str, float] | None = None,
        concurrency: int | None = None,
    ) -> Campaign:
        """Make a campaign. Nothing is posted; who gets what is fixed from then on, whatever becomes of its source.

        Args:
            name: its name, at most 200 characters; no other campaign of this ledger has it.
            given: rows, `(number, content)` or `(number, content, order_id)`, or `laaffic.Message`s, or `laaffic.Rows`;
                each is checked by the same rules. Recipients without an order id of yours get one of ours. With a
                template, records: mappings with a `number` and, if you like, an `order_id` and a `sender_id`; their
                names are looked up without regard to case.
            template: the text, whose fields are filled in from each record, such as
                `"Hi {name|customer}, your code is {code}"`; see `Template`.
            max_recipients: how many recipients one request has at most, 1 to 1,000.
            sender_id: for rows, and for messages that have none.
            exclude: numbers who get nothing, such as opt-outs, in any spelling. They are `not_sent`.
            unique: whether a number gets only the first of its messages; of the others it is `not_sent`.
            on_invalid: "raise" refuses the campaign for an invalid row; "report" makes it one recipient `not_sent`.
            source: what it is made from, in words of yours, such as a checksum; `Campaign.source` tells it.
            rate: recipients a second at most, over all machines together, above 0 and at most 1,000,000.
            not_between: two times of day, such as `("21:00", "09:00")`, between which nothing is posted.
            zone: whose hours these are, by the name of the time zone database, such as `Europe/Berlin`.
            stop_after: at which share of the last 1,000 recipients (at least 100) it pauses, such as
                `{"rejected": 0.2, "unknown": 0.05}`.
            concurrency: how many requests a process has in flight at once, 1 to 100.

        The last five decide when it is posted, and can be changed at any time with `Campaign.set`.

        Raises:
            CampaignExistsError: there is a campaign of this name.
            LedgerBusyError: this campaign is being filled elsewhere; in SQLite also another one of this ledger.
            LedgerError: an argument is not valid, or there is no recipient.
            laaffic.InvalidMessageError: a row or record, the template, or a number to exclude, is not valid. The
                campaign is not made.
        """
        if not isinstance(name, str) or not name.strip() or len(name) > _MAX_NAME:
            raise LedgerError(f"A campaign's name has 1 to {_MAX_NAME} characters", hint="Give it another one.")
        if isinstance(max_recipients, bool) or not 1 <= max_recipients <= _MAX_RECIPIENTS:
            raise LedgerError(f"max_recipients must be from 1 to {_MAX_RECIPIENTS}", hint="Give another one.")
        if on_invalid not in {"raise", "report"}:
            raise LedgerError('on_invalid must be "raise" or "report"', hint="Give one of them.")
        if source is not None and (not isinstance(source, str) or len(source) > _MAX_NAME):
            raise LedgerError(f"A source has at most {_MAX_NAME} characters", hint="Shorten it.")
        rows = given if isinstance(given, laaffic.Rows) else laaffic.Rows(given, sender_id=sender_id)  # type: ignore[arg-type]  # it checks that it is an iterable
        if not isinstance(rows.rows, Iterable):
            raise LedgerError("An async iterable cannot be read here", hint="Give a plain one.")
        excluded = frozenset(map(laaffic.normalize_number, [exclude] if isinstance(exclude, str) else exclude))
        sender = rows.sender_id if sender_id is None else laaffic.Rows((), sender_id=sender_id).sender_id
        kept = {"source": source, **checked_settings(rate, not_between, zone, stop_after, concurrency)}
        rules = Rules(max_recipients, sender, excluded, unique, on_invalid == "report")
        text = template if template is None or isinstance(template, Template) else Template(template)
        load(self._database, name, rows.rows, rules, template=text, more=kept)
        return self.campaign(name)

    def campaign(self, name: str) -> Campaign:
        """Open a campaign.

        Raises:
            NoSuchCampaignError: there is none of this name.
        """
        for one in known(self._database, name):
            return Campaign(self._database, one.id, one.name)
        names = [repr(one.name) for one in known(self._database)]
        hint = f"There are: {', '.join(names)}." if names else "There is none yet; create() makes one."
        raise NoSuchCampaignError(f"There is no campaign {name!r} in this ledger", hint=hint)

    def campaigns(self) -> list[Campaign]:
        """Return all campaigns, the oldest first."""
        return [Campaign(self._database, one.id, one.name) for one in known(self._database)]

    def find(
        self, *, number: str | None = None, order_id: str | None = None, msg_id: str | None = None
    ) -> list[Outcome]:
        """Return the outcomes of somebody, over all campaigns; of one who was sent to again, of each message.

        Args:
            number: the number, in any spelling.
            order_id: yours, or the one that was posted.
            msg_id: the provider's id.

        Raises:
            LedgerError: none of them is given.
            laaffic.InvalidMessageError: it is not a number with a country code.
        """
        if number is order_id is msg_id is None:
            raise LedgerError("There is nothing to find", hint="Give number, order_id or msg_id.")
        fold_reports(self._database)
        sent_to = None if number is None else laaffic.normalize_number(number)
        return list(found(self._database, number=sent_to, order_id=order_id, msg_id=msg_id))

    def add_report(self, report: laaffic.DeliveryReport) -> bool | None:
        """Keep a delivery report that was pushed, as `laaffic.parse_report` returns it. It is quick.

        Anybody can push one, and what is settled by it stays so: ask `laaffic.Client.confirm` first, and when it says
        the same state, hand over the one that was pushed, which has the order id, with the number that it says:
        `dataclasses.replace(report, number=confirmed.number)`. The provider confirms no order id; but ours have a part
        that is random, which only the provider and whoever forwards for it ever sees.

        Reports may come in any order, twice, and before the response of their request is written down. One that has an
        order id of ours settles its recipient, who may be unknown. Others are found by their message id when
        `refresh_reports` or `reconcile` looks for them in the whole ledger; those that are nobody's are dropped then.
        One that proves that this ledger is older than what was sent pauses its campaign.

        Returns:
            True when it is about somebody of this ledger; False when it is not, or says nothing; None when nobody knows
            yet.

        Raises:
            LedgerError: it is not a report.
            LedgerUnavailableError: the database failed: respond to the push with an error. Whether it is pushed again
                is not documented; `refresh_reports` asks for it.
        """
        if not isinstance(report, laaffic.DeliveryReport):
            raise LedgerError(f"report must be a laaffic.DeliveryReport, got {type(report).__name__}")
        with self._database.write() as connection:
            mine = add(connection, report, self._database.now(connection))
        self._added += 1
        if self._added % _FOLD_AFTER == 0:
            fold_reports(self._database)
        return mine

    def _discard_dead(self) -> None:
        """Throw away what a process that has ended did not fill to the end."""
        if all(one.state != CampaignState.LOADING for one in known(self._database)):
            return
        try:
            with self._database.locked_for("load", "opening the ledger"), self._database.write() as connection:
                discard_dead(self._database, connection)
        except LedgerBusyError:  # it is being filled
            pass
