"""Bringing a database to the schema this version needs, and saying whether it is there."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:  # loaded where it is used: no command's help should wait for it
    from alembic.config import Config


def migrate(connection: Connection) -> None:
    """Apply every migration that is missing, all of them or none."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def behind(connection: Connection) -> str | None:
    """Nothing where the database is at head, else what is wrong with it."""
    from alembic.runtime.migration import MigrationContext

    found = MigrationContext.configure(connection).get_current_revision()
    if found == head():
        return None
    return (
        f"the ledger's schema is at {found or 'nothing'}, this version needs {head()}: migrate it"
    )


@cache
def head() -> str | None:
    """The revision that this version of the program needs."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
