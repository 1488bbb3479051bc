"""The gateway's server logs nothing of its everyday business into an application's own logs."""

import logging
import threading

THREAD_NAME = "laaffic-mock-gateway"


class _Quiet(logging.Filter):
    """Drops what the gateway's threads say below a warning."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or not threading.current_thread().name.startswith(THREAD_NAME)


_QUIET = _Quiet()


def be_quiet() -> None:
    """Let the server's libraries say less in the gateway's threads; harmless when called again."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "asyncio"):
        logging.getLogger(name).addFilter(_QUIET)
