"""`closeline ledger`: a schema brought up to date, and a role that reads and does nothing else."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

from ledger import schema
from ledger.errors import LedgerDown
from ledger.ledger import Ledger
from ledger.migrate import head
from tests.ledger.story import Story
from tests.postgres import Postgres
from tests.starter.conftest import Site, make_site

_numbers = count(1)


@pytest.fixture
def alone(tmp_path: Path) -> Site:
    """A site where nothing runs."""
    return make_site(tmp_path)


@pytest.fixture
def role(postgres: Postgres) -> Iterator[str]:
    """A role that may do nothing yet, with a name that has to be quoted."""
    name = f"Insight-{next(_numbers)}"
    postgres.do(f'CREATE ROLE "{name}" LOGIN')
    yield name
    for (database,) in postgres.do("SELECT datname FROM pg_database WHERE datallowconn"):
        with suppress(errors.InvalidCatalogName):
            postgres.do(f'DROP OWNED BY "{name}"', database)
    postgres.do(f'DROP ROLE "{name}"')


def name_of(url: str) -> str:
    """The database in a URL."""
    return str(make_url(url).database)


def by(url: str, role: str) -> str:
    """The same database, for that role."""
    return make_url(url).set(username=role).render_as_string()


def test_a_ledger_is_migrated_once_and_checked_on_either_database(
    alone: Site, postgres: Postgres
) -> None:
    for url in (f"sqlite:///{alone.folder}/new.db", postgres.url(postgres.create("template0"))):
        where = ("--ledger-url", url)
        before = alone.run("ledger", "check", *where)
        assert before.exit_code in (1, 3), "not migrated, or not even there"
        assert alone.told("ledger", "migrate", *where)["schema"] == head()
        assert alone.told("ledger", "migrate", *where)["schema"] == head()
        assert alone.told("ledger", "check", *where)["schema"] == head()


def test_a_ledger_that_is_behind_is_refused_and_one_that_is_gone_is_unreachable(
    alone: Site, postgres: Postgres
) -> None:
    said = alone.refused("ledger", "check", "--ledger-url", postgres.url("template1"))
    gone = alone.run("ledger", "check", "--ledger-url", postgres.url("gone"))

    assert said.startswith("refused: ledger: not_migrated (the ledger's schema is at nothing")
    assert gone.exit_code == 3
    assert '"gone" does not exist' in gone.stderr


def test_a_password_is_never_shown(alone: Site, postgres_url: str) -> None:
    url = make_url(postgres_url).set(password="secret").render_as_string(hide_password=False)

    assert "secret" not in alone.done("ledger", "check", "--ledger-url", url)


def test_a_reader_reads_every_table_also_those_to_come_and_changes_nothing(
    alone: Site, postgres: Postgres, postgres_url: str, role: str
) -> None:
    name, ledger = name_of(postgres_url), Ledger(postgres_url)
    ledger.record(Story().batch())
    postgres.do(f'GRANT INSERT, TRUNCATE ON fact TO "{role}"', name)

    told = alone.told("ledger", "reader", role, "--ledger-url", postgres_url)
    postgres.do("CREATE TABLE later (id text)", name)

    assert told["role"] == role
    assert told["tables"] == len(schema.metadata.tables) + 1  # and Alembic's own
    with psycopg.connect(by(postgres_url, role), autocommit=True) as connection:
        for table in (*schema.metadata.tables, "alembic_version", "later"):
            connection.execute(f"SELECT * FROM {table}")
            for write in ("DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(write.format(table))
        for make in ("CREATE TABLE mine ()", "CREATE SCHEMA mine", "DROP TABLE later"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(make)
    theirs = Ledger(by(postgres_url, role))
    assert theirs.check() is None
    assert [row.id for row in theirs.opportunities()] == ["o-1"]
    with pytest.raises(LedgerDown, match="permission denied"):
        theirs.record(Story("o-2").batch())
    theirs.close()
    ledger.close()


def test_a_role_that_could_still_write_or_make_something_is_refused_and_nothing_is_granted(
    alone: Site, postgres: Postgres, postgres_url: str, role: str
) -> None:
    name, where = name_of(postgres_url), ("--ledger-url", postgres_url)
    postgres.do(f'GRANT CREATE ON DATABASE {name} TO "{role}"')
    assert "role: may_create" in alone.refused("ledger", "reader", role, *where)
    postgres.do(f'REVOKE CREATE ON DATABASE {name} FROM "{role}"')
    postgres.do(f'GRANT pg_write_all_data TO "{role}"')
    assert "role: may_write" in alone.refused("ledger", "reader", role, *where)
    postgres.do(f'REVOKE pg_write_all_data FROM "{role}"')

    with (
        psycopg.connect(by(postgres_url, role)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM fact")
    assert "role: may_write" in alone.refused("ledger", "reader", "postgres", *where)
    assert "role: unknown_role" in alone.refused("ledger", "reader", "nobody-here", *where)


def test_sqlite_has_no_roles_and_says_how_a_file_is_only_read(alone: Site) -> None:
    url = f"sqlite:///{alone.folder}/ledger.db"
    alone.done("ledger", "migrate", "--ledger-url", url)

    said = alone.refused("ledger", "reader", "insight", "--ledger-url", url)

    assert said.startswith("refused: ledger_url: no_roles (SQLite has none")
    assert "sqlite:///file:PATH?mode=ro&uri=true" in said
    reader = Ledger(f"sqlite:///file:{alone.folder}/ledger.db?mode=ro&uri=true")
    assert reader.opportunities() == []
    with pytest.raises(LedgerDown, match="readonly"):
        reader.record(Story().batch())
    reader.close()
