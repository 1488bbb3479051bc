"""A shop that announces things to its customers by SMS: a web application, and Celery workers that post.

The web application makes a campaign and starts it; workers on any number of machines post it. They share a PostgreSQL,
where the ledger is, and a broker. Whatever is killed, nobody gets a message twice, and nobody is forgotten.
"""

import csv
import io
import os

import celery
from flask import Flask, request

import laaffic
from laaffic_campaigns import CampaignExistsError, Ledger, LedgerError, NoSuchCampaignError
from laaffic_campaigns.celery import start

Response = tuple[dict[str, object], int]

worker = celery.Celery(
    "shop",
    broker=os.environ.get("BROKER", "redis://127.0.0.1:6379/0"),
    include=["laaffic_campaigns.celery"],  # with it, `celery -A shop:worker worker -Q laaffic` posts campaigns
)
worker.conf.update(
    broker_connection_retry_on_startup=True,
    laaffic_queue=os.environ.get("QUEUE", "laaffic"),
    laaffic_seconds=float(os.environ.get("SECONDS_OF_A_SLICE", "20")),
)
worker.set_default()  # for the threads of a web server


def rows(text: str) -> list[tuple[str, str]]:
    """Read lines of a number, a comma and what this customer is told."""
    lines = list(csv.reader(io.StringIO(text)))
    wrong = [str(place) for place, line in enumerate(lines, 1) if len(line) != 2]  # noqa: PLR2004  # number and text
    if wrong:
        raise ValueError(f"lines that are not a number, a comma and a text: {', '.join(wrong)}")
    return [(number, content) for number, content in lines]


def create_app() -> Flask:
    """Return the web application. LAAFFIC_LEDGER says where the ledger is."""
    app = Flask(__name__)
    ledger = Ledger()
    app.extensions["ledger"] = ledger

    @app.errorhandler(NoSuchCampaignError)
    def not_there(error: NoSuchCampaignError) -> Response:
        return {"message": str(error)}, 404

    @app.errorhandler(LedgerError)
    def refused(error: LedgerError) -> Response:
        return {"message": str(error)}, 409  # such as one that is paused: somebody should look at it first

    @app.put("/campaigns/<name>")
    def announce(name: str) -> Response:
        """Make a campaign, and let workers post it. A request that is repeated does no harm."""
        try:
            customers = rows(request.get_data(as_text=True))
            ledger.create(name, customers, max_recipients=100, concurrency=4)
        except CampaignExistsError:
            pass  # the same request again, perhaps: what is in the campaign stays as it is
        except (ValueError, LedgerError, laaffic.InvalidMessageError) as error:
            return {"message": str(error)}, 400
        return start(name, ledger=ledger).as_dict(), 202

    @app.get("/campaigns/<name>")
    def tell(name: str) -> Response:
        return ledger.campaign(name).status().as_dict(), 200

    @app.post("/campaigns/<name>/pause")
    def pause(name: str) -> Response:
        return ledger.campaign(name).pause().as_dict(), 200

    @app.post("/campaigns/<name>/resume")
    def resume(name: str) -> Response:
        ledger.campaign(name).resume()
        return start(name, ledger=ledger).as_dict(), 202

    return app
