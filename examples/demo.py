"""`make demo`: a personalised batch to a mock of the gateway, one refused number, one lost response, and what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import laaffic
from laaffic_mock import Gateway, PreferTransport, Prism, environment_for

HERE = Path(__file__).parent
OUTCOME_UNKNOWN = 5  # the exit code of `laaffic send`
PLAIN, LOST = "99900000008", "99900200003"  # the mock accepts the second one, and loses the response


def headline(text: str) -> None:
    """Print a headline before what other programs print."""
    print(f"\n── {text}", flush=True)


def laaffic_send(*arguments: str) -> int:
    """Run `laaffic send`, and return its exit code."""
    print(f"$ laaffic send {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "laaffic_cli", "send", *arguments]
    code = subprocess.run(command, cwd=HERE.parent, check=False).returncode
    print(f"exit code {code}")
    return code


def a_campaign(gateway: Gateway, folder: str) -> bool:
    """Send a file of personalised messages, and compare what is reported with what the gateway accepted."""
    file = Path(folder, "messages.csv")
    content = (HERE / "messages.csv").read_text(encoding="utf-8")
    file.write_text(content.replace(PLAIN, LOST), encoding="utf-8")
    headline("A file of personalised messages; the second request is accepted, and its response lost on the way")
    print("The check in between cannot pass a lost response on: it answers with HTTP 500 in its place.", flush=True)
    code = laaffic_send(str(file), "--max-recipients", "7")
    headline("What to do now")
    book = {message.number for message in gateway.messages}
    print("accepted  Nothing. The message id is the handle for asking what became of it.")
    print("rejected  99900300001: find out why, correct it, send again to this number only.")
    print(f"unknown   {LOST}: ask the provider before sending again.")
    if LOST in book:
        print("          The mock can tell: it took the message, and only its response was lost.")
        print("          Sending again would have sent it twice.")
    return code == OUTCOME_UNKNOWN and LOST in book and "99900300001" not in book


def the_documented_batch(ledger: str) -> bool:
    """Send the provider's documented batch through the SDK and the command line to Prism, which knows its response."""
    headline("The provider's documented batch, through the SDK: client.send_batch([...])")
    with laaffic.Client() as client:
        result = client.send_batch(documented())
    for recipient in result.recipients:
        print(f"{recipient.number}  order {recipient.order_id}  {recipient.state}  message id {recipient.msg_id}")
    headline("The same, through the command line")
    return laaffic_send("examples/provider-sample.json", "--ledger", ledger) == 0 and len(result.accepted) == len(
        result.recipients
    )


def a_refusal() -> bool:
    """Let the mock refuse, and show what an application gets."""
    headline("A refusal, as an application sees it (the contract's example insufficient_balance)")
    with laaffic.Client(transport=PreferTransport("insufficient_balance")) as client:
        try:
            client.send_batch(documented())
        except laaffic.InsufficientBalanceError as error:
            print(f"{type(error).__name__}: {error}")
            print(f"error.status={error.status!r}  error.nothing_was_sent={error.nothing_was_sent}")
            for recipient in error.result.recipients:
                print(f"{recipient.number}  order {recipient.order_id}  {recipient.state}")
            return True
    return False


def documented() -> list[laaffic.Message]:
    """Return the provider's documented batch."""
    body = json.loads((HERE / "provider-sample.json").read_text(encoding="utf-8"))
    return [laaffic.Message(m["numbers"], m["content"], m["senderId"], m["orderId"]) for m in body["array"]]


def main() -> int:
    """Run the demonstration; exit 0 when all went as it should."""
    with Gateway() as gateway, Prism(upstream=gateway.url) as proxy, TemporaryDirectory() as folder:
        os.environ.update(environment_for(proxy.url), XDG_STATE_HOME=folder)
        print(f"A mock of the gateway runs at {proxy.url}, behind a check of the contract. Nothing is really sent.")
        went_well = a_campaign(gateway, folder)
    with Prism() as prism, TemporaryDirectory() as folder:
        os.environ.update(environment_for(prism.url), XDG_STATE_HOME=folder)
        went_well = the_documented_batch(f"{folder}/demo.db") and went_well
        went_well = a_refusal() and went_well
    headline("The mocks are stopped.")
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main())
