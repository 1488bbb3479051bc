"""Campaigns that outlive their process: nobody gets a message twice, and nobody is forgotten.

It stands on what `laaffic` makes public, and on SQLAlchemy: install laaffic with its extra `campaigns`.
"""

try:
    import sqlalchemy as _  # noqa: F401  # only to say what is missing
except ModuleNotFoundError as _missing:
    raise ModuleNotFoundError(
        "laaffic_campaigns needs SQLAlchemy: install laaffic with its extra `campaigns`", name=_missing.name
    ) from None

from laaffic_campaigns._campaign import Campaign
from laaffic_campaigns._errors import (
    CampaignExistsError,
    LedgerBusyError,
    LedgerError,
    LedgerUnavailableError,
    NoSuchCampaignError,
)
from laaffic_campaigns._fate.told import Excluded, Reconciled, Refreshed, Resent
from laaffic_campaigns._filling.template import Template
from laaffic_campaigns._ledger import Ledger
from laaffic_campaigns._pump import pump
from laaffic_campaigns._telling.preview import BadRow, Preview
from laaffic_campaigns._telling.told import Earlier, Outcome, Status

__all__ = [
    "BadRow",
    "Campaign",
    "CampaignExistsError",
    "Earlier",
    "Excluded",
    "Ledger",
    "LedgerBusyError",
    "LedgerError",
    "LedgerUnavailableError",
    "NoSuchCampaignError",
    "Outcome",
    "Preview",
    "Reconciled",
    "Refreshed",
    "Resent",
    "Status",
    "Template",
    "pump",
]
