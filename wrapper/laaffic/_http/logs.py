"""Keeping what a server sends back out of the HTTP library's own debug log.

At level DEBUG httpcore2 logs the headers of each response, and everything that is not HTTP. A server that echoes what
it was sent would thus put numbers, texts and signatures into the log. During this package's own requests, and only
then, what was received is left out; the names of the steps stay.
"""

import logging

from laaffic._http.exchange import current


def _leave_out_what_was_received(record: logging.LogRecord) -> bool:
    if current.get() is not None:
        step, _, details = record.getMessage().partition(" ")
        if details and step.startswith(("receive_", "recv_")):
            record.msg, record.args = step, ()
    return True


def keep_quiet() -> None:
    """Leave out what is received while an exchange lasts, in its thread or task only."""
    for name in ("httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.socks"):
        logging.getLogger(name).addFilter(_leave_out_what_was_received)
