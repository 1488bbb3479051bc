"""The blocking client."""

import os
from collections.abc import Generator, Iterable
from functools import partial
from types import TracebackType
from typing import Literal, Self

from laaffic._base import accepted, logged, not_posted, one_timeout, raised, with_note
from laaffic._batch.batch import Batch
from laaffic._batch.splitter import one_batch, one_message
from laaffic._bulk.send_many import one_by_one
from laaffic._bulk.threads import in_threads
from laaffic._http.call import close
from laaffic._http.channel import Channel
from laaffic._http.transport import open_sync
from laaffic._model.errors import ConfigurationError
from laaffic._model.messages import Message
from laaffic._model.recipients import Recipient
from laaffic._model.results import BatchResult
from laaffic._operations.send_batch import send_batch
from laaffic._queries import Queries
from laaffic._settings import Timeout, Timeouts


class Client(Queries):
    """Sends messages through the Laaffic gateway. Thread-safe; keep one and reuse it."""

    __module__ = "laaffic"

    _sync = True

    def send(
        self,
        number: str,
        content: str,
        *,
        sender_id: str | None = None,
        order_id: str | None = None,
        timeout: Timeout | None = None,
    ) -> Recipient:
        """Send one message to one recipient, and return only when it was accepted.

        Args:
            number: the recipient's number with its country code; see `Message`.
            content: the text, 1 to 1024 characters.
            sender_id: the sender number or name that is shown, at most 32 characters; None leaves it to the provider.
            order_id: your own id for this message, without commas; None posts one of ours (`own_order_ids`).
            timeout: seconds for this call alone; see `Client`.

        Returns:
            The accepted recipient, with its message id. Accepted is not delivered.

        Raises:
            InvalidMessageError: the message is not valid; nothing was sent.
            RejectedError: the provider did not accept it for this recipient; `.recipient` has the reason.
            StatusError: the provider refused the request; the subclass says why.
            OutcomeUnknownError: it may have been sent.
            NotSentError: no connection could be made; nothing was sent.
            HTTPStatusError: something other than the endpoint responded.
            ConfigurationError: the client is closed, or `timeout` is not seconds.
        """
        return accepted(self._send(one_message(number, content, sender_id, order_id, self._ids), one_timeout(timeout)))

    def send_batch(
        self, messages: Iterable[Message], *, fresh_connection: bool = False, timeout: Timeout | None = None
    ) -> BatchResult:
        """Send messages in exactly one request.

        Args:
            messages: at least one `Message`, or `Rows`, with at most `max_recipients` recipients in total.
            fresh_connection: whether this request gets a connection of its own, as `fresh_connections` gives one to
                all: for whoever posts the same again after a refusal. Cannot be combined with `transport`.
            timeout: seconds for this call alone; see `Client`.

        Returns:
            One outcome for every recipient, in the order asked. A rejected recipient is a result, not an exception.

        Raises:
            InvalidMessageError: a message is not valid; nothing was sent.
            NotSentError: no connection could be made; nothing was sent.
            OutcomeUnknownError: it may have been sent.
            StatusError: the provider refused; the subclass says why.
            HTTPStatusError: something other than the endpoint responded.
            ConfigurationError: the client is closed, or `timeout` is not seconds.
        """
        batch = one_batch(messages, self._settings.max_recipients, self._ids)
        return raised(self._send(batch, one_timeout(timeout), fresh=fresh_connection))

    def send_many(
        self,
        messages: Iterable[Message],
        *,
        concurrency: int = 1,
        in_order: bool = False,
        on_invalid: Literal["raise", "report"] = "raise",
        split_refused: bool = False,
        timeout: Timeout | None = None,
    ) -> Generator[BatchResult]:
        """Send any number of messages in as many requests as it takes.

        Args:
            messages: `Message`s or `Rows`, read only as they are needed, so there is no limit to how many. A message
                with too many recipients for one request is split. If reading raises, a last result has what was read
                and not posted (`not_sent`), and then the exception is raised.
            concurrency: how many requests may be in flight at once, 1 to 100; by default one after the other. Each
                uses a connection and a thread of its own; memory grows with it, not with `messages`.
            in_order: whether results come in the order of `messages`; by default they come in the order of the
                responses. Either way `message_index` says which message a recipient belongs to.
            on_invalid: what to do with an invalid row, or with something that is not a `Message`. "raise" raises
                InvalidMessageError. "report" turns it into a recipient that is `not_sent`, with its `reason`, its index
                and, as its number, what was given; the others are sent.
            split_refused: whether a request that the provider refuses as a whole for a content or a number (-3 to -7
                and -9), and of which it certainly accepted nobody, is posted again in parts, until each recipient that
                caused the refusal is alone. Each of the others is sent exactly once. There is one result for each
                request; that of one which is posted again in parts has a `status`, but neither recipients nor an
                `error`: these are in the results of its parts. It takes at most about 2 * log2(n) requests for each
                recipient refused, and every request has a connection of its own, so that no response can be mistaken
                for another request's. Cannot be combined with `transport`.
            timeout: seconds for each request; see `Client`.

        Yields:
            One result for each request; with `concurrency=1`, before the next one is posted. Its `error` says what went
            wrong; it is not raised. After an error that every further request would meet too (credentials, IP, clock,
            balance, address, no connection) nothing more is posted: the results of what is in flight still come, what
            was read and not posted is in the last result as `not_sent`, and the rest of `messages` is not read. After a
            lost response sending goes on; to stop there, stop reading. With more than one request in flight, it is
            better to end `messages` and read to the end: for requests whose results nobody reads, only the log has the
            indexes of their messages and the counts. While this client waits for the next message, results wait too.

        Raises:
            InvalidMessageError: something in `messages` cannot be sent; `.result` has what was read and not sent.
            ConfigurationError: an argument is not valid.
        """
        flight, splitter = self._many(concurrency, in_order, on_invalid, split_refused)
        send = partial(self._send, timeout=one_timeout(timeout), fresh=split_refused)
        way = one_by_one if concurrency == 1 else in_threads
        return way(send, splitter.split(messages), flight)

    def close(self) -> None:
        """Close the connections, each once its response has come. The client cannot be used again."""
        self._closed = True
        for (owner, *_), channel in list(self._channels.items()):  # another thread may be opening one
            if owner.process == os.getpid():
                close(channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, batch: Batch, timeout: Timeouts | None = None, *, fresh: bool = False) -> BatchResult:
        operation = send_batch(batch, self._settings.app_id, timeout)
        try:
            return logged(self._run(operation, fresh=fresh))
        except ConfigurationError as error:
            raise not_posted(error, batch)  # noqa: B904  # the same error, which now has the recipients
        except BaseException as error:
            with_note(error)
            raise

    def _open(self, *, fresh: bool) -> Channel:
        return open_sync(self._settings, self._signer, self._transport, fresh=fresh)
