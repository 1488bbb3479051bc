"""What people write without a ledger: a Celery task for each recipient, which sends to one.

`python -m bench.ledgers.naive enqueue|work REDIS QUEUE SERVER RECIPIENTS`
"""

import json
import sys

from celery import Celery

import laaffic
from bench.ledgers.people import TEMPLATE
from bench.sending.bodies import APP, KEY, SECRET

THREADS = "32"  # in each of two workers: far more in flight than two cores get done


def main(what: str, broker: str, queue: str, url: str, recipients: str) -> None:
    """Enqueue a task for each recipient, or work until this is ended."""
    app = Celery("naive", broker=broker)
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=queue,
        broker_transport_options={"global_keyprefix": f"{queue}."},
        worker_hijack_root_logger=False,
    )
    client = laaffic.Client(KEY, SECRET, APP, base_url=url)

    @app.task(name="send")
    def send(number: str, content: str) -> None:
        client.send_batch([laaffic.Message(number, content, order_ids=number)])

    if what == "enqueue":
        for index in range(int(recipients)):
            text = TEMPLATE.format(name="Ana", order=f"{index:08}", code=f"{index:06}")
            send.delay(f"999{index:08}", text)
        print(json.dumps({"enqueued": int(recipients)}), flush=True)
    else:
        app.worker_main(["--quiet", "worker", "--pool=threads", f"--concurrency={THREADS}", "--without-gossip"])


if __name__ == "__main__":
    main(*sys.argv[1:])
