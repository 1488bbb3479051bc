"""What the options of `send` ask for, and the client that follows from them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from laaffic import Client, ConfigurationError
from laaffic_cli.reading.opening import FileOptions, open_file
from laaffic_cli.reading.problem import BadInputError
from laaffic_cli.reading.sources import OptionsSource, Source

_PLACEHOLDER = "placeholder"
_COMMAS = "The numbers of --to have commas between them and no spaces, or are quoted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The options of `send`, each as it was given."""

    files: tuple[str, ...]
    to: str | None
    content: str | None
    sender_id: str | None
    order_id: str | None
    base_url: str | None
    app_id: str | None
    timeout: float | None
    max_recipients: int
    output: str | None
    as_json: bool
    dry_run: bool
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
        if self.to is not None:
            return self._misuse_of_to()
        if self.order_id is not None:
            return "--order-id goes with --to; in FILE give a column order_id."
        return None

    def _misuse_of_to(self) -> str | None:
        if self.content is None:
            return "--to needs --content, the text."
        for name in ("column", "encoding", "delimiter", "unique", "exclude", "invalid_to"):
            if getattr(self, name):
                return f"--{name.replace('_', '-')} goes with FILE, not with --to."
        return None

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
    def file(self) -> str | None:
        """The one FILE, or None."""
        return self.files[0] if self.files else None

    @contextmanager
    def source(self) -> Iterator[Source]:
        """Open where the messages come from.

        Raises:
            BadInputError: the file cannot be read.
        """
        if self.file is not None:
            with open_file(self.file, self.file_options) as source:
                yield source
        else:
            yield OptionsSource(self.to or "", self.content or "", self.sender_id, self.order_id)

    def check_credentials(self) -> None:
        """Look for the key and the secret before a long file is read.

        Raises:
            BadInputError: one is not set.
        """
        missing = [name for name in ("LAAFFIC_API_KEY", "LAAFFIC_API_SECRET") if not os.environ.get(name)]
        if missing and not self.dry_run:
            raise BadInputError([f"{' and '.join(missing)} must be set in the environment; --dry-run works without"])

    def make_client(self, source: Source, transport: httpx2.BaseTransport | None) -> Client:
        """Make the client. In a dry run, whose transport sends nothing, what is not set is a placeholder.

        Raises:
            BadInputError: a setting is missing or unsafe.
        """
        app_id = self.configured_app_id() or source.app_id
        if app_id is None and not self.dry_run:
            raise BadInputError(["The app id is missing; set LAAFFIC_APP_ID, or give --app-id"])
        settings = {} if self.timeout is None else {"timeout": self.timeout}
        try:
            return Client(
                os.environ.get("LAAFFIC_API_KEY") or _PLACEHOLDER,
                os.environ.get("LAAFFIC_API_SECRET") or _PLACEHOLDER,
                app_id or _PLACEHOLDER,
                base_url=self.base_url,
                max_recipients=self.max_recipients,
                own_order_ids=False if source.is_body else None,
                transport=transport,
                **settings,  # type: ignore[arg-type]  # it has the timeout and nothing else
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
