"""The account's settings, all of which may be changed while the gateway runs."""

from dataclasses import dataclass, field

from laaffic_mock._account import SAMPLE_APP, SAMPLE_KEY, SAMPLE_SECRET


@dataclass
class Settings:
    """The account's settings.

    Attributes:
        api_key: the account's key.
        api_secret: the account's secret.
        app_id: the application's id.
        balance: how many segments it may still send; None for no limit.
        words: sensitive words; a content that holds one is refused with -3.
        templates: approved texts, with `{...}` for what varies; when there are any, other contents are refused with -6.
        allowed_ips: the addresses that may send; None for all.
        clock_offset: seconds by which the gateway's clock is ahead of this machine's.
        deliver_after: how many seconds it takes from accepting a message until it has finished.
        held: whether the clock of deliveries stands still, so that nothing finishes unless it is moved.
        records_per_page: how many rows getSentRcd responds with at the most; None for as many as the contract allows.
    """

    api_key: str = SAMPLE_KEY
    api_secret: str = SAMPLE_SECRET
    app_id: str = SAMPLE_APP
    balance: int | None = None
    words: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    allowed_ips: list[str] | None = None
    clock_offset: float = 0.0
    deliver_after: float = 2.0
    held: bool = False
    records_per_page: int | None = None
