"""The tables of a ledger.

Payloads and outcomes have tables of their own, so that a change of state rewrites none of them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

CLAIMS = "laaffic_claims"  # in the info of a connection: how many claims there are, once its transaction is committed
_KEY = BigInteger().with_variant(Integer(), "sqlite")  # only an INTEGER counts up by itself in SQLite


class _Words(TypeDecorator[str]):
    """A text of anybody's. What PostgreSQL or UTF-8 cannot hold is replaced, so that no outcome is lost by it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


metadata = MetaData()

ledgers = Table(
    "laaffic_ledger",
    metadata,
    Column("version", Integer, nullable=False),
    Column("mark", Text),  # where this ledger lives: one that lives elsewhere is a copy, or was restored
    Column("claims", BigInteger, nullable=False, default=0),  # how many there were: fewer is an older state
)

campaigns = Table(
    "laaffic_campaigns",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("name", _Words(200), nullable=False, unique=True),
    Column("key", String(10), nullable=False, unique=True),  # what order ids of ours begin with
    Column("state", String(16), nullable=False),
    Column("why", _Words),
    Column("held", Boolean, nullable=False),  # whether a person paused it, so that only a person lets it go on
    Column("created_at", Float, nullable=False),
    Column("since", Float, nullable=False),
    Column("recipients", BigInteger, nullable=False),
    Column("source", _Words),  # what it was made from, as the caller names it
    # What decides when: may be changed at any time. With each change there is another pace, and who waits looks anew.
    Column("rate", Float),
    Column("not_between", Text),
    Column("stop_after", Text),
    Column("concurrency", Integer),
    Column("pace", Integer, nullable=False, default=0),
    Column("free_at", Float, nullable=False, default=0.0),  # when the rate lets the next chunk go
    sqlite_autoincrement=True,  # an id that was given is never another's: somebody may still hold it
)

chunks = Table(
    "laaffic_chunks",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id, ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    # The chunk that this one is made from, and which part of it: so no part can be made twice.
    Column("parent", ForeignKey("laaffic_chunks.id")),
    Column("part", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=0),  # one more with each change of its outcomes
    Column("size", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("token", String(32)),
    Column("claimed_at", Float),
    Column("posted_at", Float),
    Column("recorded_at", Float),
    Column("status", _Words),
    Column("reason", _Words),
    Column("accepted", Integer, nullable=False, default=0),
    Column("rejected", Integer, nullable=False, default=0),
    Column("not_sent", Integer, nullable=False, default=0),
    Column("unknown", Integer, nullable=False, default=0),
    UniqueConstraint("campaign", "sequence"),
    UniqueConstraint("parent", "part"),
    Index("laaffic_chunks_by_state", "campaign", "state", "sequence"),
    Index("laaffic_chunks_by_time", "campaign", "recorded_at"),
)

payloads = Table(
    "laaffic_payloads",
    metadata,
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

outcomes = Table(
    "laaffic_outcomes",
    metadata,
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# What nobody can account for, such as an outcome that comes with a stranger's token. It is kept, and it pauses.
incidents = Table(
    "laaffic_incidents",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id, ondelete="CASCADE"), nullable=False),
    Column("chunk", BigInteger, nullable=False),
    Column("token", String(32), nullable=False),
    Column("at", Float, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# Who keeps a campaign going where an engine carries messages round; see `_protocol/slots.py`.
slots = Table(
    "laaffic_slots",
    metadata,
    Column("campaign", ForeignKey(campaigns.c.id, ondelete="CASCADE"), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("ticket", String(32), nullable=False),  # of the message that is worth something
    Column("runner", String(32)),  # who has it just now
    Column("seen_at", Float, nullable=False),
    Column("resent", Integer, nullable=False, default=0),  # how often its message was sent again since it last came
)

# Pushed reports, as they come: written once, and folded later into what is kept of their chunk.
reports = Table(
    "laaffic_reports",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE")),  # none: whose it is, is not known yet
    Column("position", Integer),
    Column("msg_id", _Words, nullable=False),
    Column("state", String(16), nullable=False),
    Column("order_id", _Words, nullable=False),  # empty for none, so that one which comes twice is the same
    Column("number", _Words),
    Column("received_at", Float),
    Column("reason", _Words),
    Column("at", Float, nullable=False),
    UniqueConstraint("msg_id", "state", "order_id"),
    Index("laaffic_reports_by_chunk", "chunk"),
)

# How many of a chunk's recipients are final: narrow, so that a status of many chunks is quick.
deliveries = Table(
    "laaffic_deliveries",
    metadata,
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("campaign", ForeignKey(campaigns.c.id, ondelete="CASCADE"), nullable=False),
    Column("succeeded", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("asked_at", Float),  # when the provider was last asked about all of them who were not final
    Index("laaffic_deliveries_by_campaign", "campaign", "succeeded", "failed"),
)

delivered = Table(
    "laaffic_delivered",
    metadata,
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Message ids that no response has given, but a record or a report: each is given once.
found = Table(
    "laaffic_found",
    metadata,
    Column("msg_id", _Words, primary_key=True),
    Column("chunk", ForeignKey(chunks.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Index("laaffic_found_by_chunk", "chunk"),
)

# Who of a chunk is sent to again by another one, made by a person's command.
resends = Table(
    "laaffic_resends",
    metadata,
    Column("child", ForeignKey(chunks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("parent", ForeignKey(chunks.c.id, ondelete="CASCADE"), nullable=False),
    Column("campaign", ForeignKey(campaigns.c.id, ondelete="CASCADE"), nullable=False),
    Column("positions", LargeBinary, nullable=False),  # in the parent, of each recipient of the child
    Column("accepted_too", Integer, nullable=False, default=0),  # of whom the parent's message was accepted after all
    Index("laaffic_resends_by_parent", "parent"),
    Index("laaffic_resends_by_campaign", "campaign"),
)
