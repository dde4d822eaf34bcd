"""Traces: what all journals tell that can be counted, made for reading them at once."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger import schema
from ledger.read import journals
from ledger.trace import Trace
from ledger.traces import TABLES, place_of

revision = "0004"
down_revision = "0003"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
AT_ONCE = 500


def upgrade() -> None:
    """Make the tables, and fill them from the journals that are there."""
    for table in TABLES:
        op.create_table(
            table.name,
            sa.Column("id", WORDS, nullable=False),
            sa.Column("steps", sa.LargeBinary(), nullable=False),
            sa.Column("words", WORDS, nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"{table.name}_key"),
        )
    connection, last = op.get_bind(), ""
    current = schema.opportunity.c
    query = sa.select(current.id, current.outcome).order_by(current.id).limit(AT_ONCE)
    while rows := connection.execute(query.where(current.id > last)).all():
        last = rows[-1].id
        for table in TABLES:
            if ids := [row.id for row in rows if place_of(row.outcome) is table]:
                op.bulk_insert(table, list(_traces(connection, ids)))


def _traces(connection: sa.Connection, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    for id_, journal in journals(connection, "opportunity", ids).items():
        trace = Trace()
        trace.take(journal)
        yield trace.row(id_)
