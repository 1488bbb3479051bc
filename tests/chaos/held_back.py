"""What is known to be untrue today, and so is left out until it is mended. Empty is how it should be.

`LAAFFIC_CHAOS_ALL=1` leaves nothing out.
"""

import os

# The name of a fault, an interrupt or a scenario, and what is wrong.
KNOWN: dict[str, str] = {
    "accepts, then a stray": "a late response is taken for the next request's, and a refusal in it is believed",
    "accepts, two at once": "so is a second response in a TLS record of its own",
    "refuses, then a stray": "so is a late refusal after a refusal",
    "accepts, says it twice": "where a key stands twice in a response, the last one wins: posted twice after a -16",
    "accepts, unreadable 4xx": "a success that cannot be read whole, with a 4xx, counts as a certain refusal",
    "an Exception": "an Exception that a signal's handler raises is taken for a lost response",
    "an Exception, in many threads": "so it is with several requests in flight",
    "Ctrl-C, in many threads": "while a thread starts, it is lost, or another exception takes its place",
    "a second interrupt": "while the outcomes are logged because of the first: those not yet written are lost",
    "forks": "while another thread is in the client's first send: the child's first send never returns",
    "forks, TLS": "the same",
}


def is_held_back(name: str) -> bool:
    """Return whether something is left out."""
    return name in KNOWN and not os.environ.get("LAAFFIC_CHAOS_ALL")
