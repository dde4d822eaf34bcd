"""Snapshots of forecasts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "snapshot",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("retroactive", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="snapshot_key"),
    )
