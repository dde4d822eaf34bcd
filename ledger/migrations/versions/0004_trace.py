"""Traces: what all journals tell that can be counted, made for reading them at once."""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger import schema
from ledger.read import FACT_COLUMNS
from ledger.trace import Trace
from sales.facts import Fact

revision = "0004"
down_revision = "0003"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
AT_ONCE = 500


def upgrade() -> None:
    """Make the table, and fill it from the journals that are there."""
    op.create_table(
        "trace",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="trace_key"),
    )
    traces = _traces(op.get_bind())
    while some := list(islice(traces, AT_ONCE)):
        op.bulk_insert(schema.trace, some)


def _traces(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    column = schema.fact.c
    query = sa.select(column.id, *(column[name] for name in FACT_COLUMNS))
    query = query.where(column.subject == "opportunity", column.superseded == 0)
    rows = connection.execute(query.order_by(column.id, column.sequence)).all()
    for id_, journal in groupby(rows, itemgetter(0)):
        trace = Trace()
        trace.take(Fact(*row[1:]) for row in journal)
        yield trace.row(id_)
