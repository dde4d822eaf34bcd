"""Bringing a database to the schema this version needs, and saying whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def migrate(connection: Connection) -> None:
    """Apply every migration that is missing, all of them or none."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def behind(connection: Connection) -> str | None:
    """Nothing where the database is at head, else what is wrong with it."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found == head():
        return None
    return (
        f"the ledger's schema is at {found or 'nothing'}, this version needs {head()}: migrate it"
    )


@cache
def head() -> str | None:
    """The revision that this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
