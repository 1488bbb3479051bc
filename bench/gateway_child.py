"""`python -m bench.gateway_child`: the gateway in a process of its own, until its standard input ends."""

import threading

from bench.children import end_with_parent
from laaffic_mock import Gateway

if __name__ == "__main__":
    end_with_parent()
    with Gateway() as gateway:
        print(gateway.url, flush=True)
        threading.Event().wait()
