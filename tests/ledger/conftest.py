"""Each promise is held on SQLite and on PostgreSQL; a test about one of them says which."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from ledger.ledger import Ledger

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
