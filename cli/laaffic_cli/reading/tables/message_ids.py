"""Message ids as they stand in cells and on command lines."""

import re

_MSG_ID = re.compile(r"[!-+\--~]{1,64}")  # provider's page of getReport: commas part them
# What a spreadsheet makes of 2207201629421000001 when it takes it for a quantity.
_SHORTENED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")


def unfit_id(msg_id: str) -> str | None:
    """Say why something is no message id that can be asked for; or None."""
    if _SHORTENED.fullmatch(msg_id):
        remedy = "take the file as it was before, and import this column as text"
        return f"a spreadsheet has shortened the message id, and its last digits are lost; {remedy}"
    if not _MSG_ID.fullmatch(msg_id):
        return "a message id has 1 to 64 printable ASCII characters, no spaces and no commas"
    return None
