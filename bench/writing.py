"""How many ended opportunities a second the ledger takes, beside raw inserts of the very same rows.

Both begin with an empty, migrated database and write as many opportunities in one transaction; both
wait for the disk at every commit. Raw inserts decide nothing, fold nothing and convert nothing:
their rows are what the ledger has written before, as the driver takes them.
"""

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.figures import Figure, Limit, compared
from bench.population import ended, facts_in
from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.schema import fact, opportunity, process, trace
from tests.postgres import Postgres

Told = Sequence[Sequence[Batch]]
Work = Callable[[str], None]
TABLES = (fact, opportunity, trace)
RAW_LIMIT = Limit(least=0.15)


@dataclass(frozen=True, slots=True)
class Sample:
    """Opportunities a second, and CPU microseconds an opportunity in this process."""

    rate: float
    cpu: float


def measure(opportunities: int, rounds: int) -> list[Figure]:
    """Both databases, each beside itself."""
    told = ended(opportunities)
    gc.freeze()  # what is kept here is not the ledger's to look through for garbage
    found: list[Figure] = []
    for name, databases, raw in (
        ("SQLite", _sqlite(), _raw_sqlite),
        ("PostgreSQL", _postgresql(), _raw_postgresql),
    ):
        with databases as fresh:
            found += _figures(name, told, fresh, raw, rounds)
    return found


def _figures(
    name: str, told: Told, fresh: Callable[[], str], raw: Callable[[str, Told], Work], rounds: int
) -> list[Figure]:
    written = fresh()
    _write(told, written)  # the first go only warms up, and shows which rows it comes to
    insert = raw(written, told)
    count = sum(map(len, told))
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_timed(lambda url: _write(told, url), fresh(), count))
        bare.append(_timed(insert, fresh(), count))
    what = f"{name}, {count:,} ended opportunities, {facts_in(told) / count:.1f} facts each"
    rates, base = [each.rate for each in ours], [each.rate for each in bare]
    return [
        compared(f"{what}: raw inserts of the same rows", "/s", base),
        compared(f"{what}: written by the ledger", "/s", rates, base, RAW_LIMIT),
        compared(f"{what}: CPU an opportunity", "µs", [each.cpu for each in ours]),
    ]


def _timed(work: Work, url: str, count: int) -> Sample:
    wall, cpu = time.perf_counter(), time.process_time()
    work(url)
    spent, own = time.perf_counter() - wall, time.process_time() - cpu
    return Sample(count / spent, own / count * 1e6)


def _write(told: Told, url: str) -> None:
    ledger = Ledger(url)
    for batches in told:
        ledger.record_many(batches)
    ledger.close()


def _spans(told: Told) -> list[tuple[str, str]]:
    """The first and the last id of each transaction; the simulation numbers them in order."""
    return [(batches[0].id, batches[-1].id) for batches in told]


# -- SQLite ----------------------------------------------------------------------------------------


@contextmanager
def _sqlite() -> Iterator[Callable[[], str]]:
    with TemporaryDirectory() as folder:
        empty, numbers = Path(folder) / "empty.db", iter(range(1_000))
        ledger = Ledger(f"sqlite:///{empty}")
        ledger.migrate()
        ledger.close()
        yield lambda: f"sqlite:///{copyfile(empty, Path(folder) / f'{next(numbers)}.db')}"


def _raw_sqlite(written: str, told: Told) -> Work:
    def rows(table: str, where: str = "", *values: str) -> list[Any]:
        return source.execute(f"SELECT * FROM {table} {where}", values).fetchall()

    def insert(url: str) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as to:
            to.execute("PRAGMA synchronous = FULL")
            to.executemany("INSERT INTO process VALUES (?, ?, ?)", processes)
            for tables in groups:
                to.execute("BEGIN IMMEDIATE")
                for table, some in tables.items():
                    to.executemany(f"INSERT INTO {table} VALUES ({_marks(some)})", some)
                to.execute("COMMIT")

    with closing(sqlite3.connect(written.removeprefix("sqlite:///"))) as source:
        processes = rows(process.name)
        groups = [
            {table.name: rows(table.name, "WHERE id BETWEEN ? AND ?", *span) for table in TABLES}
            for span in _spans(told)
        ]
    return insert


def _marks(rows: Sequence[Sequence[Any]]) -> str:
    return ", ".join("?" * len(rows[0]))


# -- PostgreSQL ------------------------------------------------------------------------------------


@contextmanager
def _postgresql() -> Iterator[Callable[[], str]]:
    with Postgres(durable=True) as server:
        yield lambda: server.url(server.create())


def _raw_postgresql(written: str, told: Told) -> Work:
    def text(connection: psycopg.Connection[Any], query: str) -> bytes:
        with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
            return b"".join(copy)

    def put(connection: psycopg.Connection[Any], table: str, rows: bytes) -> None:
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(rows)

    def insert(url: str) -> None:
        with psycopg.connect(url) as to:
            put(to, process.name, processes)
            for tables in groups:
                for table, rows in tables.items():
                    put(to, table, rows)
                to.commit()

    with psycopg.connect(written) as source:
        processes = text(source, "TABLE process")
        groups = [
            {
                table.name: text(
                    source, f"SELECT * FROM {table.name} WHERE id BETWEEN '{first}' AND '{last}'"
                )
                for table in TABLES
            }
            for first, last in _spans(told)
        ]
    return insert
