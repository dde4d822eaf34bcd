"""The first schema: facts, the rows folded from them, processes and reservations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "fact",
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Integer(), nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("run_id", WORDS, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("cause", WORDS, nullable=False),
        sa.Column("event_id", WORDS),
        sa.Column("actor", WORDS),
        sa.Column("origin", WORDS),
        sa.Column("note", WORDS),
        sa.Column("known_at", INSTANT),
        sa.Column("source", WORDS),
        sa.Column("source_seq", sa.BigInteger()),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "id", "sequence", "superseded", name="fact_key"),
    )
    op.create_table(
        "process",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="process_key"),
    )
    op.create_table(
        "reservation",
        sa.Column("opportunity_id", WORDS, nullable=False),
        sa.Column("account_id", WORDS, nullable=False),
        sa.Column("reserved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("opportunity_id", name="reservation_key"),
    )
    op.create_table(
        "account",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("owner", WORDS),
        sa.Column("segment", WORDS),
        sa.Column("tier", WORDS),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="account_key"),
    )
    op.create_table(
        "opportunity",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("account_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("process", WORDS, nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("stage", WORDS, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("category", WORDS, nullable=False),
        sa.Column("outcome", WORDS),
        sa.Column("reason", WORDS),
        sa.Column("reasons", sa.JSON()),
        sa.Column("closed_at", INSTANT),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("landed_at", INSTANT, nullable=False),
        sa.Column("end_by", INSTANT, nullable=False),
        sa.Column("deadline", INSTANT),
        sa.Column("clock", WORDS),
        sa.Column("amount", EXACT),
        sa.Column("recurring", EXACT),
        sa.Column("currency", WORDS),
        sa.Column("close_date", sa.Date()),
        sa.Column("first_close_date", sa.Date()),
        sa.Column("owner", WORDS),
        sa.Column("team", WORDS),
        sa.Column("segment", WORDS),
        sa.Column("product", WORDS),
        sa.Column("territory", WORDS),
        sa.Column("lead_source", WORDS),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", WORDS),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("overrides", sa.Integer(), nullable=False),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("parkings", sa.Integer(), nullable=False),
        sa.Column("reversions", sa.Integer(), nullable=False),
        sa.Column("effort", EXACT, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["process", "process_version"],
            ["process.name", "process.version"],
            name="opportunity_process",
        ),
        sa.PrimaryKeyConstraint("id", name="opportunity_key"),
    )
    op.create_index("opportunity_account_id", "opportunity", ["account_id"])
    op.create_index("opportunity_deadline", "opportunity", ["deadline"])
    op.create_index("opportunity_outcome_closed_at", "opportunity", ["outcome", "closed_at"])
    op.create_index("opportunity_owner", "opportunity", ["owner"])
