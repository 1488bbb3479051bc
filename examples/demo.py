"""`make demo`: the provider's documented batch through the SDK and the command line to the mock, then one refusal."""

import os
import subprocess
import sys
from pathlib import Path

import laaffic
from laaffic_mock import PreferTransport, Prism

SAMPLE = Path(__file__).with_name("provider-sample.json")
# The provider's published sample credentials. They open nothing.
CREDENTIALS = {"LAAFFIC_API_KEY": "bDqJFiq9", "LAAFFIC_API_SECRET": "7bz1lzh9", "LAAFFIC_APP_ID": "4luaKsL2"}


def messages() -> list[laaffic.Message]:
    """Return the provider's documented batch."""
    return [
        laaffic.Message(numbers=["91856321412", "91856321413"], content="test message", order_ids=["56584", "56585"]),
        laaffic.Message(numbers="91856321414", content="test message1", order_ids=["56586"]),
    ]


def headline(text: str) -> None:
    """Print a headline before what other programs print."""
    print(f"\n── {text}", flush=True)


def through_the_sdk() -> None:
    """Send the batch, and show what is known of each receiver."""
    headline("Through the SDK: laaffic.Client().send_batch([...])")
    with laaffic.Client() as client:
        result = client.send_batch(messages())
    for recipient in result.recipients:
        print(f"{recipient.number}  order {recipient.order_id}  {recipient.state}  message id {recipient.msg_id}")


def through_the_command_line() -> int:
    """Send the provider's own JSON body with the command line, and return its exit code."""
    headline(f"Through the command line: laaffic send examples/{SAMPLE.name}")
    return subprocess.run([sys.executable, "-m", "laaffic_cli", "send", str(SAMPLE)], check=False).returncode


def a_refusal() -> None:
    """Let the mock refuse, and show what an application is told."""
    headline("A refusal: the mock answers with its example insufficient_balance")
    with laaffic.Client(transport=PreferTransport("insufficient_balance")) as client:
        try:
            client.send_batch(messages())
        except laaffic.StatusError as error:
            print(f"{type(error).__name__}: {error}")
            print(f"error.status={error.status!r}  error.sent={error.sent!r}  error.retryable={error.retryable}")
            for recipient in error.result.recipients:
                print(f"{recipient.number}  order {recipient.order_id}  {recipient.state}")


def main() -> int:
    """Run the demonstration; exit 0 when all went as it should."""
    with Prism() as prism:
        os.environ.update(CREDENTIALS, LAAFFIC_BASE_URL=prism.url)
        print(f"A mock of the gateway, made from openapi.yaml, runs at {prism.url}. Nothing is really sent.")
        through_the_sdk()
        code = through_the_command_line()
        a_refusal()
    headline("The mock is stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main())
