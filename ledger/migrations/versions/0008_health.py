"""How well an account is, as it was told last: listed and filtered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the columns and the index."""
    op.add_column("account", sa.Column("health", sa.Float()))
    op.add_column("account", sa.Column("band", WORDS))
    op.create_index("account_band_id", "account", ["band", "id"])
