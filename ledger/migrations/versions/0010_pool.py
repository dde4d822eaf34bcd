"""Pools of capacity."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pool",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS),
        sa.Column("stage", WORDS, nullable=False),
        sa.Column("hours", EXACT, nullable=False),
        sa.Column("leased", EXACT, nullable=False),
        sa.Column("used", EXACT, nullable=False),
        sa.Column("leases", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("currency", WORDS),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pool_key"),
    )
