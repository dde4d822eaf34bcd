"""Interviews behind the end: whom was asked, and what they said."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "interview",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("of", WORDS),
        sa.Column("asked_at", INSTANT),
        sa.Column("recorded_at", INSTANT),
        sa.Column("reason", WORDS),
        sa.Column("competitor", WORDS),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="interview_key"),
    )
