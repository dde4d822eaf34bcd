"""Tables and migrations, the same on either database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from ledger import schema
from ledger.engine import connect
from ledger.ledger import Ledger
from ledger.migrate import head
from tests.ledger.conftest import BOTH
from tests.postgres import Postgres


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create("template0")
    yield server.url(name)
    server.drop(name)


def test_migrations_lead_to_the_schema(url: str) -> None:
    readers, _ = connect(url)

    with readers.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        difference = compare_metadata(context, schema.metadata)

    readers.dispose()
    assert difference == []


def test_migrations_make_the_primary_keys_of_the_schema(url: str) -> None:
    # Alembic does not compare them.
    readers, _ = connect(url)
    look = inspect(readers)
    for table in schema.metadata.sorted_tables:
        found = look.get_pk_constraint(table.name)
        key = table.primary_key
        assert (found["name"], found["constrained_columns"]) == (key.name, key.columns.keys())
    readers.dispose()


def test_migrating_twice_or_from_many_sides_is_harmless(bare_url: str) -> None:
    sides = [Ledger(bare_url) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Ledger.migrate, sides * 2))

    assert [side.check() for side in sides] == [None] * 4
    for side in sides:
        side.close()


def test_a_ledger_that_was_never_migrated_says_so(bare_url: str) -> None:
    ledger = Ledger(bare_url)

    assert ledger.check() == (
        f"the ledger's schema is at nothing, this version needs {head()}: migrate it"
    )
    ledger.close()
