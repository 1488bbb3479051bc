"""HTTP by hand, as much of it as is needed here."""

import time
from hashlib import md5

PATH = "/v3/sendSms/batch"
SEPARATOR = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


def signed(content: bytes, key: str, secret: str) -> bytes:
    """Write a whole request, signed now."""
    timestamp = str(int(time.time()))
    sign = md5((key + secret + timestamp).encode(), usedforsecurity=False).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        "Content-Type: application/json;charset=UTF-8\r\n"
        f"Api-Key: {key}\r\nTimestamp: {timestamp}\r\nSign: {sign}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def length_in(head: bytes) -> int:
    """Return the Content-Length that a head says, or 0."""
    head = head.lower()
    begins = head.find(LENGTH)
    return int(head[begins + len(LENGTH) :].split(b"\r\n", 1)[0]) if begins >= 0 else 0


def answer(content: bytes) -> bytes:
    """Write an answer of JSON."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )
