"""Judgements: categories that people put opportunities into, and what they submit for a period."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "category",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("opportunity", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("category", WORDS),
        sa.Column("reason", WORDS),
        sa.Column("until", INSTANT),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="category_key"),
    )
    op.create_table(
        "submission",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("owner", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("period", WORDS, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("amount", EXACT),
        sa.Column("reason", WORDS),
        sa.Column("until", INSTANT),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="submission_key"),
    )
