"""Keeping what a server sends back out of the HTTP library's own debug log.

At level DEBUG httpcore2 logs the headers of each response, and everything that is not HTTP. A server that echoes what
it was sent would thus put numbers, texts and signatures into the log. During this package's own requests, and only
then, what was received is left out; the names of the steps stay.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_posting: ContextVar[bool] = ContextVar("laaffic_posting", default=False)


def _leave_out_what_was_received(record: logging.LogRecord) -> bool:
    if _posting.get():
        step, _, details = record.getMessage().partition(" ")
        if details and step.startswith(("receive_", "recv_")):
            record.msg, record.args = step, ()
    return True


for _name in ("httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.socks"):
    logging.getLogger(_name).addFilter(_leave_out_what_was_received)


@contextmanager
def quiet_wire_logs() -> Iterator[None]:
    """While this lasts, leave out what is received, in this thread or task only."""
    token = _posting.set(True)
    try:
        yield
    finally:
        _posting.reset(token)
