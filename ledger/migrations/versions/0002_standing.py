"""Totals that move along with the rows, and an index for each question."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")

OPEN, DUE = sa.text("outcome IS NULL"), sa.text("deadline IS NOT NULL")
FILTERS = ("account_id", "owner", "process", "stage")
INDEXES = (*((name, "id") for name in FILTERS), ("outcome", "id"))
INDEXES_OF_THE_OPEN = (
    *(("open", OPEN, (name, "id")) for name in FILTERS),
    ("open", OPEN, ("id",)),
    ("due", DUE, ("deadline", "id")),
    ("due", DUE, ("owner", "deadline", "id")),
)

KEY = ("outcome", "process", "reason", "stage", "category", "probability", "currency")


def upgrade() -> None:
    """Make the table, count what is there, and put the indexes right."""
    standing = op.create_table(
        "standing",
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("process", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("stage", WORDS, nullable=False),
        sa.Column("category", WORDS, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount", EXACT, nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name="standing_key"),
    )
    op.bulk_insert(standing, _counted(op.get_bind()))
    for name in ("account_id", "deadline", "owner"):
        op.drop_index(f"opportunity_{name}", "opportunity")
    for names in INDEXES:
        op.create_index(f"opportunity_{'_'.join(names)}", "opportunity", names)
    for kind, where, some in INDEXES_OF_THE_OPEN:
        name = f"opportunity_{kind}_{'_'.join(some)}"
        op.create_index(name, "opportunity", some, sqlite_where=where, postgresql_where=where)
    for name in ("owner", "segment"):
        op.create_index(f"account_{name}_id", "account", [name, "id"])


def _counted(connection: sa.Connection) -> list[dict[str, Any]]:
    """The rows of opportunities, counted; sums are made here, for they are text on SQLite."""
    rows = connection.execute(sa.text(f"SELECT {', '.join(KEY)}, amount FROM opportunity"))
    found: dict[tuple[Any, ...], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for outcome, process, reason, stage, category, probability, currency, amount in rows:
        key = (outcome, process, reason, "", "", 0.0, "")
        if outcome is None:
            key = ("", process, "", stage, category, probability, currency or "")
        count, sum_ = found[key]
        found[key] = count + 1, sum_ + Decimal(amount or 0 if outcome is None else 0)
    exact = str if connection.dialect.name == "sqlite" else Decimal
    return [
        dict(zip(KEY, key, strict=True)) | {"count": count, "amount": exact(sum_)}
        for key, (count, sum_) in found.items()
    ]
