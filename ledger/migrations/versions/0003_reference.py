"""What is said straight to the ledger: owners, quotas, rates, the calendar, runs of imports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "owner",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS),
        sa.Column("team", WORDS),
        sa.Column("territory", WORDS),
        sa.Column("manager", WORDS),
        sa.Column("hours", EXACT),
        sa.Column("active_from", sa.Date()),
        sa.Column("active_until", sa.Date()),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="owner_key"),
    )
    op.create_table(
        "quota",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("owner", WORDS),
        sa.Column("team", WORDS),
        sa.Column("period", WORDS, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("amount", EXACT),
        sa.Column("currency", WORDS),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="quota_key"),
    )
    op.create_table(
        "rate",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("currency", WORDS, nullable=False),
        sa.Column("base", WORDS, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate", EXACT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="rate_key"),
    )
    op.create_table(
        "calendar",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("time_zone", WORDS, nullable=False),
        sa.Column("year_starts", sa.Integer(), nullable=False),
        sa.Column("year_named", WORDS, nullable=False),
        sa.Column("base_currency", WORDS),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="calendar_key"),
    )
    op.create_table(
        "import",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("process", WORDS, nullable=False),
        sa.Column("file", WORDS, nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("mapping", WORDS, nullable=False),
        sa.Column("as_of", sa.Date()),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("undo_begun_at", INSTANT),
        sa.Column("undone_at", INSTANT),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="import_key"),
    )
