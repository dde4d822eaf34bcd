from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from ledger.ledger import Ledger


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that nothing was written to, for copying."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
    return file


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(empty: Path, url: str, tmp_path: Path) -> Iterator[Ledger]:
    copyfile(empty, tmp_path / "ledger.db")
    ledger = Ledger(url)
    yield ledger
    ledger.close()
