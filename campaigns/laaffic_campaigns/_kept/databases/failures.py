"""Why PostgreSQL failed, in words in which nothing of what was written stands, nor a password. Pure."""

import re

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# What libpq says before there is a connection, which has no code.
_BEFORE = {
    "password authentication failed": "the user or the password is not accepted",
    "no password supplied": "it asks for a password",
    "no pg_hba.conf entry": "it does not let this user or machine in",
    "connection refused": "nothing listens there",
    "could not translate host name": "its host is not known",
    "failed to resolve host": "its host is not known",
    "no such file or directory": "nothing listens there",
    "too many clients": "it has too many connections",
    "too many connections": "it has too many connections",
    "remaining connection slots": "it has too many connections",
    "starting up": "it is starting up",
    "shutting down": "it is shutting down",
    "timeout expired": "it did not respond in time",
    "does not exist": "there is no such database or user",
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def cause_of(error: Exception) -> str:
    """Return why a call failed.

    Args:
        error: SQLAlchemy's, or the driver's.
    """
    if isinstance(error, NoConnectionFree):
        return "no connection became free"
    found = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(found, "sqlstate", None)
    name = _WORD.sub(" ", type(found).__name__).lower()
    if code is not None:
        return f"{name} ({code})"
    said = str(found).lower()
    return next((words for part, words in _BEFORE.items() if part in said), "no connection, or it was lost")
