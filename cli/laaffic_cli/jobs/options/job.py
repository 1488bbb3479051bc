"""What the options of `send` ask for, and the client that follows from them."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from laaffic import Client, ConfigurationError
from laaffic_cli.jobs.options import settings
from laaffic_cli.reading.opening import FileOptions, open_file
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import FileSource, OptionsSource, Source

AnyClient = TypeVar("AnyClient", bound=Client)
MAX_RECIPIENTS = 1000  # in one request, unless another limit is given
_PLACEHOLDER = "placeholder"
_COMMAS = "The numbers of --to have commas between them and no spaces, or are quoted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The options of `send`, each as it was given; the defaults are what it is when it was not."""

    files: tuple[str, ...] = ()
    to: str | None = None
    content: str | None = None
    sender_id: str | None = None
    order_id: str | None = None
    base_url: str | None = None
    app_id: str | None = None
    timeout: float | None = None
    max_recipients: int = MAX_RECIPIENTS
    output: str | None = None
    as_json: bool = False
    dry_run: bool = False
    ledger: str | None = None
    name: str | None = None
    again: bool = False
    yes: bool = False
    rate: float | None = None
    not_between: tuple[str, str] | None = None
    zone: str | None = None
    stop_after: Mapping[str, float] | None = None
    concurrency: int | None = None
    column: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    unique: bool = False
    exclude: str | None = None
    invalid_to: str | None = None

    def misuse(self) -> str | None:
        """Say which options do not go together, or None."""
        if not self.files and self.to is None:
            return "Give a FILE, or --to and --content."
        if len(self.files) > 1 or (self.files and self.to is not None):
            return f"Give one FILE or --to, not more. {_COMMAS}"
        if self.dry_run and self.output is not None:
            return "A dry run has no outcomes; leave out --output or --dry-run."
        for option, value in self._of_the_other().items():
            if value and self.to is None:
                return f"{option} goes with --to; in FILE give a column order_id."
            if value:
                return f"{option} goes with FILE, not with --to."
        return self._misuse_of_one() or settings.misuse(self.not_between, self.zone)

    def _misuse_of_one(self) -> str | None:
        if self.to is not None and self.content is None:
            return "--to needs --content, the text."
        empty = self.name is not None and not self.name.strip()
        return "--name is empty; give a name, or leave it out." if empty else None

    def _of_the_other(self) -> dict[str, object]:
        """Return the options that go with a FILE alone, or with --to alone, whichever is not given."""
        if self.to is None:
            return {"--order-id": self.order_id}
        names = ["column", "encoding", "delimiter", "unique", "exclude", "invalid_to", "ledger", "name", "again"]
        names += ["rate", "not_between", "zone", "stop_after"]
        return {f"--{name.replace('_', '-')}": getattr(self, name) for name in names}

    @property
    def file_options(self) -> FileOptions:
        """How FILE is to be read."""
        return FileOptions(
            content=self.content,
            column=self.column,
            encoding=self.encoding,
            delimiter=self.delimiter,
            sender_id=self.sender_id,
            exclude=self.exclude,
            unique=self.unique,
            invalid_to=self.invalid_to,
        )

    @property
    def when(self) -> dict[str, Any]:
        """The options that decide when it is posted, those that were given, by the names of `Campaign.set`."""
        names = ("rate", "not_between", "zone", "stop_after", "concurrency")
        return settings.given((name, getattr(self, name)) for name in names)

    @property
    def file(self) -> str | None:
        """The one FILE, or None."""
        return self.files[0] if self.files else None

    def source(self) -> Source:
        """Return the message of the command line."""
        return OptionsSource(self.to or "", self.content or "", self.sender_id, self.order_id)

    def open_file(self) -> AbstractContextManager[FileSource]:
        """Open the file that the messages come from.

        Raises:
            BadInputError: it cannot be read.
        """
        return open_file(self.file or "", self.file_options)

    def fixed(self, source: FileSource) -> dict[str, object]:
        """Return the options that decide who gets what, of an opened file; None where one was not given."""
        most = None if self.max_recipients == MAX_RECIPIENTS else self.max_recipients
        return {
            "content": self.content,
            "column": sorted(self.column) or None,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sender-id": self.sender_id,
            "exclude": None if self.exclude is None else sorted(source.choice.excluded),
            "unique": self.unique or None,
            "max-recipients": most,
        }

    def campaign_name(self) -> str:
        """Return the name of the file's campaign."""
        return self.name or ("stdin" if self.file == "-" else Path(self.file or "").name)

    def check_credentials(self) -> None:
        """Look for the key and the secret before a long file is read, which may have the app id.

        Raises:
            BadInputError: one is not set. It names all that is missing.
        """
        missing = [name for name in ("LAAFFIC_API_KEY", "LAAFFIC_API_SECRET") if not os.environ.get(name)]
        if missing and not self.dry_run:
            more = "" if self.configured_app_id() else ", and LAAFFIC_APP_ID, unless --app-id or the file gives it"
            raise BadInputError(
                [f"{' and '.join(missing)} must be set in the environment{more}; --dry-run works without"]
            )

    def make_client(
        self,
        kind: Callable[..., AnyClient],
        app_id_of_file: str | None = None,
        **settings: Any,
    ) -> AnyClient:
        """Make the client. In a dry run, whose transport sends nothing, what is not set is a placeholder.

        Args:
            kind: its class.
            app_id_of_file: the one that a file names; an option or the environment goes before it.
            **settings: further settings of the client.

        Raises:
            BadInputError: a setting is missing or unsafe.
        """
        app_id = self.configured_app_id() or app_id_of_file
        if app_id is None and not self.dry_run:
            raise BadInputError(["The app id is missing; set LAAFFIC_APP_ID, or give --app-id"])
        if self.timeout is not None:
            settings["timeout"] = self.timeout
        try:
            return kind(
                os.environ.get("LAAFFIC_API_KEY") or _PLACEHOLDER,
                os.environ.get("LAAFFIC_API_SECRET") or _PLACEHOLDER,
                app_id or _PLACEHOLDER,
                base_url=self.base_url,
                **settings,
            )
        except ConfigurationError as error:
            raise BadInputError([str(error.args[0])]) from None

    def placeholders(self, app_id_of_file: str | None) -> str | None:
        """Name what is not set and stands as a placeholder in a dry run, or None."""
        given = {
            "LAAFFIC_API_KEY": os.environ.get("LAAFFIC_API_KEY"),
            "LAAFFIC_API_SECRET": os.environ.get("LAAFFIC_API_SECRET"),
            "LAAFFIC_APP_ID": self.configured_app_id() or app_id_of_file,
        }
        return ", ".join(name for name, value in given.items() if not value) or None

    def configured_app_id(self) -> str | None:
        """Return the app id of the option or the environment, or None."""
        return self.app_id or os.environ.get("LAAFFIC_APP_ID") or None
