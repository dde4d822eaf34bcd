"""The tables. `fact` is the truth; `opportunity`, `account`, `pool`, `standing`, both kinds of
`trace` and `notice` are folds of it; `snapshot` holds what forecasts said, is a fold of nothing and
never changes; `channel` and `notice_sent` tell what became of notices, and are no folds either.

A fact's row stands while `superseded` is 0; a row that was taken back carries the number of the
cut that took it. So one key keeps the live journal unique and everything that ever was written.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
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
    Column("health", Float),
    Column("band", Words),
    Column("opened_at", Instant, nullable=False),
    Column("retired_at", Instant),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

pool = Table(
    "pool",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words),
    Column("stage", Words, nullable=False),
    Column("hours", Exact, nullable=False),
    Column("leased", Exact, nullable=False),
    Column("used", Exact, nullable=False),
    Column("leases", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("currency", Words),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

opportunity = Table(
    "opportunity",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account_id", Words, nullable=False),
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
    Column("deadline", Instant),
    Column("clock", Words),
    Column("amount", Exact),
    Column("recurring", Exact),
    Column("currency", Words),
    Column("close_date", Date),
    Column("first_close_date", Date),
    Column("owner", Words),
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

standing = Table(
    "standing",
    metadata,
    Column("outcome", Words, primary_key=True),
    Column("process", Words, primary_key=True),
    Column("reason", Words, primary_key=True),
    Column("stage", Words, primary_key=True),
    Column("category", Words, primary_key=True),
    Column("probability", Float, primary_key=True),
    Column("currency", Words, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("amount", Exact, nullable=False),
)
"""How many opportunities ended alike, by outcome, process and reason, and how many stand alike, by
process, stage and currency, for how much in all; what does not matter is empty. So few rows that
what is asked of all opportunities costs the same however many they are."""


def _traces(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Words, primary_key=True),
        Column("steps", LargeBinary, nullable=False),
        Column("words", Words, nullable=False),
    )


trace, open_trace = _traces("trace"), _traces("open_trace")
"""What the journal of each opportunity tells that can be counted, for reading all of them at once,
of those that have ended and of those that are open; how it is written is told in
`ledger/trace.py`."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("name", Words, primary_key=True),
    Column("as_of", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("retroactive", Boolean, nullable=False),
    Column("count", Integer, nullable=False),
    Column("about", Plain, nullable=False),
    Column("items", LargeBinary, nullable=False),
)
"""What a forecast said, and of which opportunities: `about` is it as a whole, `items` a Parquet
file of `count` rows, one for each opportunity. A hundred thousand of them are written and read in
a fraction of the time and the room that rows of a table would take."""

notice = Table(
    "notice",
    metadata,
    Column("subject", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Words, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("kind", Words, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("what", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("addressee", Words),
    Column("due", Instant),
)
"""What somebody should be told because of a fact that stands; without an addressee it is for who
owns what the fact is about. No later transaction with notices has an earlier `written_at`, nor the
same: so who has read up to an instant has missed nothing before it."""

channel = Table(
    "channel",
    metadata,
    Column("name", Words, primary_key=True),
    Column("through", Instant, nullable=False),
    Column("holder", Words),
    Column("held_until", Instant),
)
"""A way out for notices: up to which `written_at` it has seen all of them, and which worker sends
over it, until when at most."""

notice_sent = Table(
    "notice_sent",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("notice", Words, primary_key=True),
    Column("addressee", Words),
    Column("tries", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("error", Words),
    Column("again_at", Instant),
)
"""What became of a notice on a channel: sent where there is no error; to be tried again where there
is one and an instant; given up where there is one and none."""


def _index(name: str | None, table: Table, *columns: str, **options: Any) -> None:
    Index(name, *(table.c[each] for each in columns), **options)


def _index_where(condition: ColumnElement[bool], name: str, *columns: str) -> None:
    """Only over what is open: small, and paid for by nothing that has ended."""
    options = {"sqlite_where": condition, "postgresql_where": condition}
    _index(f"opportunity_{name}_{'_'.join(columns)}", opportunity, *columns, **options)


_open = opportunity.c.outcome.is_(None)
_due = opportunity.c.deadline.is_not(None)

# Each ends with what its pages are ordered by, so that a page costs what is on it.
for _name in ("account_id", "owner", "process", "stage"):
    _index(None, opportunity, _name, "id")
    _index_where(_open, "open", _name, "id")
_index(None, opportunity, "outcome", "id")
_index(None, opportunity, "outcome", "closed_at")
_index_where(_open, "open", "id")
_index_where(_due, "due", "deadline", "id")
_index_where(_due, "due", "owner", "deadline", "id")
for _name in ("owner", "segment", "band"):
    _index(None, account, _name, "id")

_index(None, notice, "written_at")
_index(None, notice, "what", "written_at")
_bad = notice_sent.c.error.is_not(None)
_index(
    "notice_sent_bad_channel_again_at",
    notice_sent,
    *("channel", "again_at"),
    sqlite_where=_bad,
    postgresql_where=_bad,
)
