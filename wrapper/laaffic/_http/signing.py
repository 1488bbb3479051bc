"""Signing a request."""

import time
from collections.abc import Callable
from hashlib import md5


def signature(api_key: str, api_secret: str, timestamp: str) -> str:
    """`MD5(apiKey + apiSecret + timestamp)` as 32 hex digits (provider's page: Sign)."""
    # The provider's scheme, not a choice; the flag keeps it working where MD5 is barred from security uses.
    return md5((api_key + api_secret + timestamp).encode(), usedforsecurity=False).hexdigest()


class Signer:
    """Makes the three headers of the signature, anew for every request, by a clock that can be corrected."""

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], float] = time.time) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        self._skew = 0.0  # seconds to add to this machine's clock; a single assignment, so threads need no lock

    def headers(self) -> dict[str, str]:
        """Sign a request that is about to be sent."""
        timestamp = str(int(self._clock() + self._skew))
        sign = signature(self._api_key, self._api_secret, timestamp)
        return {"Api-Key": self._api_key, "Timestamp": timestamp, "Sign": sign}

    def correct(self, server_time: float) -> float:
        """Sign by the server's clock from now on; return by how many seconds it is ahead of this machine's."""
        self._skew = server_time - self._clock()
        return self._skew
