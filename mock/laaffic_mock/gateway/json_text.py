"""Reading JSON whose every text can be written again."""

import json
from typing import Any


def read_json(body: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: it is not JSON, or a text in it has half of a surrogate pair, which no UTF-8 can hold.
    """
    try:
        value = json.loads(body.decode())
        if b"\\u" in body:  # in UTF-8 only an escape can make one
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
