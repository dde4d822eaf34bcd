"""What is said of SQLite alone."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ledger.engine import connect
from ledger.errors import LedgerDown
from ledger.ledger import Ledger
from tests.ledger.story import Story


def test_a_new_file_can_be_opened_from_many_sides_at_once(tmp_path: Path) -> None:
    for number in range(20):
        sides = [Ledger(f"sqlite:///{tmp_path / f'{number}.db'}") for _ in range(8)]
        start = Barrier(8)

        def check(side: Ledger, start: Barrier = start) -> str | None:
            start.wait()
            return side.check()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(check, sides))

        assert all(answer and "migrate it" in answer for answer in answers), answers
        for side in sides:
            side.close()


def test_a_ledger_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    nowhere = Ledger(f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}")
    (tmp_path / "text.db").write_text("this is no database, however long one looks at it" * 50)
    broken = Ledger(f"sqlite:///{tmp_path / 'text.db'}")

    assert nowhere.check() == "the ledger does not answer: unable to open database file"
    assert broken.check() == "the ledger does not answer: file is not a database"


def test_sqlite_is_durable_and_holds_its_references(sqlite_url: str) -> None:
    readers, writers = connect(sqlite_url)

    with writers.begin() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "page_size")
        ]

    readers.dispose()
    assert found == ["wal", 2, 1, 10_000, 8192]


def test_a_locked_ledger_is_down_and_nothing_is_half_written(
    sqlite_url: str, tmp_path: Path
) -> None:
    ledger = Ledger(f"{sqlite_url}?timeout=0.05")
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerDown, match="locked"):
        ledger.record(Story().batch())

    other.close()
    assert ledger.record(Story().batch()).through == 1
    ledger.close()
