"""Codes that wait to be entered, and how many there may be. All of it is in Django's cache, whose steps are atomic."""

import secrets
from contextlib import suppress

from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac

SECONDS_A_CODE_IS_GOOD = 300
SECONDS_BETWEEN_CODES = 60
CODES_IN_AN_HOUR = 5  # to a number; and ten times as many for an address, behind which several people may be
GUESSES = 5


def make(number: str, address: str) -> str | None:
    """Return a new code, or None when it is too soon for one."""
    if _count(f"address:{address}", 3600) > 10 * CODES_IN_AN_HOUR:
        return None
    if not cache.add(f"pause:{number}", 1, SECONDS_BETWEEN_CODES):
        return None
    if _count(f"number:{number}", 3600) > CODES_IN_AN_HOUR:
        return None
    code = f"{secrets.randbelow(10**6):06}"
    cache.delete(f"guesses:{number}")
    cache.set(f"code:{number}", _digest(number, code), SECONDS_A_CODE_IS_GOOD)
    return code


def take_back(number: str) -> None:
    """Forget a code that nobody has got, so that another may be asked for at once."""
    cache.delete_many([f"code:{number}", f"pause:{number}"])
    with suppress(ValueError):  # an hour has passed meanwhile
        cache.decr(f"number:{number}")


def fits(number: str, code: str) -> bool:
    """Return whether a code is right. It is good for one sign-in, and after some wrong guesses for none."""
    if _count(f"guesses:{number}", SECONDS_A_CODE_IS_GOOD) > GUESSES:
        return False
    right = bool(constant_time_compare(cache.get(f"code:{number}", ""), _digest(number, code)))
    return right and bool(cache.delete(f"code:{number}"))  # of two at the same time, one deletes it


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    return int(cache.incr(key))


def _digest(number: str, code: str) -> str:
    return str(salted_hmac("django_shop.codes", f"{number}:{code}", algorithm="sha256").hexdigest())
