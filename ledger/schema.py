"""The tables. `fact` is the truth; `opportunity` and `account` are folds of it.

A fact's row stands while `superseded` is 0; a row that was taken back carries the number of the
cut that took it. So one key keeps the live journal unique and everything that ever was written.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
)

from ledger.columns import Exact, Instant, Plain, Words

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_key",
        "fk": "%(table_name)s_%(referred_table_name)s",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

fact = Table(
    "fact",
    metadata,
    Column("subject", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("superseded", Integer, primary_key=True, autoincrement=False),
    Column("digest", Words, nullable=False),
    Column("run_id", Words, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("kind", Words, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("cause", Words, nullable=False),
    Column("event_id", Words),
    Column("actor", Words),
    Column("origin", Words),
    Column("note", Words),
    Column("known_at", Instant),
    Column("source", Words),
    Column("source_seq", BigInteger),
    Column("data", Plain, nullable=False),
)

process = Table(
    "process",
    metadata,
    Column("name", Words, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("definition", Plain, nullable=False),
)

reservation = Table(
    "reservation",
    metadata,
    Column("opportunity_id", Words, primary_key=True),
    Column("account_id", Words, nullable=False),
    Column("reserved_at", Instant, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("owner", Words),
    Column("segment", Words),
    Column("tier", Words),
    Column("opened_at", Instant, nullable=False),
    Column("retired_at", Instant),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

opportunity = Table(
    "opportunity",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account_id", Words, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("process", Words, nullable=False),
    Column("process_version", Integer, nullable=False),
    Column("stage", Words, nullable=False),
    Column("probability", Float, nullable=False),
    Column("category", Words, nullable=False),
    Column("outcome", Words),
    Column("reason", Words),
    Column("reasons", Plain),
    Column("closed_at", Instant),
    Column("opened_at", Instant, nullable=False),
    Column("landed_at", Instant, nullable=False),
    Column("end_by", Instant, nullable=False),
    Column("deadline", Instant, index=True),
    Column("clock", Words),
    Column("amount", Exact),
    Column("recurring", Exact),
    Column("currency", Words),
    Column("close_date", Date),
    Column("first_close_date", Date),
    Column("owner", Words, index=True),
    Column("team", Words),
    Column("segment", Words),
    Column("product", Words),
    Column("territory", Words),
    Column("lead_source", Words),
    Column("attempt", Integer, nullable=False),
    Column("predecessor_id", Words),
    Column("sequence", Integer, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    Column("overrides", Integer, nullable=False),
    Column("pushes", Integer, nullable=False),
    Column("extensions", Integer, nullable=False),
    Column("parkings", Integer, nullable=False),
    Column("reversions", Integer, nullable=False),
    Column("effort", Exact, nullable=False),
    Column("state", Plain, nullable=False),
    ForeignKeyConstraint(["process", "process_version"], ["process.name", "process.version"]),
)
Index(None, opportunity.c.outcome, opportunity.c.closed_at)
