"""`python -m laaffic_mock.prism`: serve the contract with Prism until Ctrl-C."""

import argparse
import io
import signal
import sys
from types import FrameType
from typing import NoReturn

from laaffic_mock._account import environment_for
from laaffic_mock.prism.errors import PrismError
from laaffic_mock.prism.process import Prism

BANNER = """\
Prism serves the contract at {url}
It is a mock: nothing is really sent, and nothing is charged.

To send to it, with the provider's published sample credentials:

{exports}

"""


def main() -> None:
    """Run the command; raises SystemExit, with the error's text when Prism cannot be started or ends by itself."""
    parser = argparse.ArgumentParser(prog="python -m laaffic_mock.prism", description="Serve the contract with Prism.")
    parser.add_argument("--port", type=int, default=4010, help="0 is a free one (default: %(default)s)")
    port = parser.parse_args().port
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # Prism's log has signs that not every terminal's encoding has
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        with Prism(port=port) as prism:
            sys.stdout.write(_banner(prism.url))
            sys.stdout.flush()
            prism.relay(sys.stdout)
    except PrismError as error:
        raise SystemExit(f"laaffic_mock: {error}") from None


def _banner(url: str) -> str:
    exports = "\n".join(f"export {name}={value}" for name, value in environment_for(url).items())
    return BANNER.format(url=url, exports=exports)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the stopping
    raise SystemExit(0)


if __name__ == "__main__":
    main()
