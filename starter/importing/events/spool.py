"""Putting together what lies apart, on the disk and not in memory."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starter.importing.tables.table import Record

Named = tuple[str, Record]

_TABLE: Final = "create table event (first integer, record text)"
_SORTED: Final = "select record from event order by first, rowid"


def spooled(named: Iterator[Named]) -> Iterator[Named]:
    """The same, those of one name together, in the order of the first of each."""
    first: dict[str, int] = {}
    with TemporaryDirectory(prefix="closeline-") as folder:
        database = sqlite3.connect(Path(folder) / "events.db", isolation_level=None)
        try:
            database.execute("pragma journal_mode = off")
            database.execute("pragma synchronous = off")
            database.execute(_TABLE)
            database.execute("begin")
            database.executemany(
                "insert into event values (?, ?)",
                ((first.setdefault(name, len(first)), json.dumps((name, *r))) for name, r in named),
            )
            database.execute("commit")
            for (text,) in database.execute(_SORTED):
                name, number, cells, fault = json.loads(text)
                yield name, Record(number, tuple(cells), tuple(fault) if fault else None)
        finally:
            database.close()
