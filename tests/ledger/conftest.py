"""Each promise is held on SQLite and on PostgreSQL; a test about one of them says which."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from ledger.ledger import Ledger
from tests.postgres import Postgres

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that nothing was written to, for copying."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
    return file


@pytest.fixture
def sqlite_url(empty: Path, tmp_path: Path) -> str:
    """A migrated ledger in a file of its own."""
    return f"sqlite:///{copyfile(empty, tmp_path / 'ledger.db')}"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """A migrated ledger, on one database after the other."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = Ledger(url)
    yield ledger
    ledger.close()


@pytest.fixture(scope="module", params=BOTH)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated ledger for all the tests of a file, on one database after the other."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("empty")
        return f"sqlite:///{copyfile(empty, tmp_path_factory.mktemp('shared') / 'ledger.db')}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.create())


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Ledger]:
    """One ledger for every example."""
    ledger = Ledger(shared_url)
    yield ledger
    ledger.close()
