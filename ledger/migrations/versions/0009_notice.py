"""Notices: what somebody should be told, the channels they go out over, and what became of them."""

import sqlalchemy as sa
from alembic import op

from ledger import notices, schema

revision = "0009"
down_revision = "0008"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the notices of the facts that are there; no channel sends those."""
    op.create_table(
        "notice",
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("what", WORDS, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("addressee", WORDS),
        sa.Column("due", INSTANT),
        sa.PrimaryKeyConstraint("subject", "id", "sequence", "number", name="notice_key"),
    )
    op.create_table(
        "channel",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("through", INSTANT, nullable=False),
        sa.Column("holder", WORDS),
        sa.Column("held_until", INSTANT),
        sa.PrimaryKeyConstraint("name", name="channel_key"),
    )
    op.create_table(
        "notice_sent",
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("notice", WORDS, nullable=False),
        sa.Column("addressee", WORDS),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("error", WORDS),
        sa.Column("again_at", INSTANT),
        sa.PrimaryKeyConstraint("channel", "notice", name="notice_sent_key"),
    )
    op.create_index("notice_written_at", "notice", ["written_at"])
    op.create_index("notice_what_written_at", "notice", ["what", "written_at"])
    bad = sa.text("error IS NOT NULL")
    op.create_index(
        "notice_sent_bad_channel_again_at",
        "notice_sent",
        ["channel", "again_at"],
        sqlite_where=bad,
        postgresql_where=bad,
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    for rows in notices.made_again(connection):
        op.bulk_insert(schema.notice, rows)
