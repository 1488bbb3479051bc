"""`make demo`: a personalised batch to a mock of the gateway, one refused number, one lost response, and what to do.

The lost response is found again, and a delivery report is pushed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import laaffic
from laaffic_mock import Gateway, PreferTransport, Prism, environment_for

HERE = Path(__file__).parent
OUTCOME_UNKNOWN, REJECTED = 5, 1  # exit codes
A_DAY = 86_400.0
PLAIN, LOST = "99900000008", "99900200003"  # the mock accepts the second one, and loses the response


def headline(text: str) -> None:
    """Print a headline before what other programs print."""
    print(f"\n── {text}", flush=True)


def command_line(*arguments: str) -> int:
    """Run `laaffic`, and return its exit code."""
    print(f"$ laaffic {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "laaffic_cli", *arguments]
    code = subprocess.run(command, cwd=HERE.parent, check=False).returncode
    print(f"exit code {code}")
    return code


def a_campaign(gateway: Gateway, folder: str) -> bool:
    """Send a file of personalised messages, and compare what is reported with what the gateway accepted."""
    file = Path(folder, "messages.csv")
    content = (HERE / "messages.csv").read_text(encoding="utf-8")
    file.write_text(content.replace(PLAIN, LOST), encoding="utf-8")
    headline("A file of personalised messages; the second request is accepted, and its response lost on the way")
    code = command_line("send", str(file), "--max-recipients", "7")
    headline("What to do now")
    book = {message.number for message in gateway.messages}
    print("accepted  Nothing. The message id is the handle for asking what became of it.")
    print("rejected  99900300001: find out why, correct it, send again to this number only.")
    print(f"unknown   {LOST}: do not send again blindly. Ask the provider, once it has finished:\n")
    gateway.advance(A_DAY)
    found = command_line("campaign", "reconcile", f"{file}.laaffic.db")
    print("The lost one is found: it was accepted, and sending again would have sent it twice.")
    return (code, found) == (OUTCOME_UNKNOWN, REJECTED) and LOST in book and "99900300001" not in book


def a_report(gateway: Gateway) -> bool:
    """Let the mock push a report, read it, and ask the provider whether it is true."""
    headline("A delivery report is pushed; it has no signature, so the provider is asked whether it is true")
    pushed: list[laaffic.DeliveryReport] = []
    gateway.push_reports_to(lambda body: pushed.append(laaffic.parse_report(body)))
    with laaffic.Client() as client:
        sent = client.send("99955500001", "Your code is 4711")
        gateway.deliver(msg_id=sent.msg_id, failed=True, reason="ABSENT")
        gateway.wait_for_pushes()
        print(f"pushed     message id {pushed[0].msg_id}  {pushed[0].state}  {pushed[0].reason}")
        confirmed = client.confirm(pushed[0])
    print(f"confirmed  message id {confirmed.msg_id}  {confirmed.state}")
    return pushed == [confirmed] and confirmed.state == "failed"


def the_documented_batch(ledger: str) -> bool:
    """Send the provider's documented batch through the SDK and the command line to Prism, which knows its response."""
    headline("The provider's documented batch, through the SDK: client.send_batch([...])")
    with laaffic.Client() as client:
        result = client.send_batch(documented())
    for recipient in result.recipients:
        print(f"{recipient.number}  order {recipient.order_id}  {recipient.state}  message id {recipient.msg_id}")
    headline("The same, through the command line")
    return command_line("send", "examples/provider-sample.json", "--ledger", ledger) == 0 and len(
        result.accepted
    ) == len(result.recipients)


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
        went_well = a_report(gateway) and went_well
    with Prism() as prism, TemporaryDirectory() as folder:
        os.environ.update(environment_for(prism.url), XDG_STATE_HOME=folder)
        went_well = the_documented_batch(f"{folder}/demo.db") and went_well
        went_well = a_refusal() and went_well
    headline("The mocks are stopped.")
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main())
