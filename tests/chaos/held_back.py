"""What is known to be untrue today, and so is left out until it is mended. Empty is how it should be.

`LAAFFIC_CHAOS_ALL=1` leaves nothing out.
"""

import os

# The name of a fault, an interrupt or a scenario, and what is wrong.
KNOWN: dict[str, str] = {}


def is_held_back(name: str) -> bool:
    """Return whether something is left out."""
    return name in KNOWN and not os.environ.get("LAAFFIC_CHAOS_ALL")
