"""Tables, migrations, and values that come back exactly as they went in."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    create_mock_engine,
    insert,
    select,
)
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import ExecutableDDLElement

from ledger import schema
from ledger.columns import Exact, Instant
from ledger.engine import connect
from ledger.ledger import Ledger
from ledger.migrate import head
from tests.ledger.story import NOW


def shape(path: Path) -> list[tuple[str, ...]]:
    """Every table and index as SQLite remembers it, but for Alembic's own."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return sorted(
        tuple(" ".join(str(each).split()) for each in row)
        for row in rows
        if row[2] != "alembic_version"
    )


def test_migrations_lead_to_the_schema(ledger: Ledger, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    schema.metadata.create_all(engine)
    engine.dispose()

    assert shape(tmp_path / "ledger.db") == shape(tmp_path / "made.db")


def test_migrating_twice_or_from_many_sides_is_harmless(url: str) -> None:
    sides = [Ledger(url) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Ledger.migrate, sides * 2))

    assert [side.check() for side in sides] == [None] * 4
    for side in sides:
        side.close()


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


def test_a_ledger_that_was_never_migrated_says_so(url: str) -> None:
    ledger = Ledger(url)

    assert ledger.check() == (
        f"the ledger's schema is at nothing, this version needs {head()}: migrate it"
    )
    ledger.close()


def test_a_ledger_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    nowhere = Ledger(f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}")
    (tmp_path / "text.db").write_text("this is no database, however long one looks at it" * 50)
    broken = Ledger(f"sqlite:///{tmp_path / 'text.db'}")

    assert nowhere.check() == "the ledger does not answer: unable to open database file"
    assert broken.check() == "the ledger does not answer: file is not a database"


def test_sqlite_is_durable_and_holds_its_references(url: str) -> None:
    readers, writers = connect(url)

    with writers.begin() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    readers.dispose()
    assert found == ["wal", 2, 1, 10_000]


def test_the_wanted_columns_have_an_index(ledger: Ledger, tmp_path: Path) -> None:
    plans = {
        "SELECT id FROM opportunity WHERE account_id = 'a'": "opportunity_account_id",
        "SELECT id FROM opportunity WHERE owner = 'o'": "opportunity_owner",
        "SELECT id FROM opportunity WHERE deadline < '2026'": "opportunity_deadline",
        "SELECT id FROM opportunity WHERE outcome = 'won' AND closed_at > '2026'": (
            "opportunity_outcome_closed_at"
        ),
        "SELECT data FROM fact WHERE subject = 's' AND id = 'i' AND superseded = 0 "
        "ORDER BY sequence": "sqlite_autoindex_fact_1",
    }
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        for query, index in plans.items():
            plan = str(connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall())
            assert index in plan
            assert "TEMP B-TREE" not in plan


def test_the_schema_can_be_said_to_postgresql() -> None:
    said: list[str] = []

    def hear(element: ExecutableDDLElement, *_: object, **__: object) -> None:
        said.append(str(element.compile(dialect=engine.dialect)))

    engine = create_mock_engine("postgresql+psycopg://", hear)
    schema.metadata.create_all(engine, checkfirst=False)

    tables = "".join(said)
    assert "amount NUMERIC," in tables
    assert "deadline TIMESTAMP WITH TIME ZONE," in tables


values = Table("values", MetaData(), Column("at", Instant), Column("sum", Exact))


@pytest.fixture(scope="module")
def memory() -> Engine:
    engine, _ = connect("sqlite://")
    return engine


def stored(connection: Connection, rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """The rows, once through the database, in the order of their instants."""
    values.create(connection)
    connection.execute(insert(values), rows)
    found = [tuple(row) for row in connection.execute(select(values).order_by(values.c.at))]
    connection.rollback()
    return found


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001  # Hypothesis adds the zones


@settings(max_examples=100, deadline=None)
@example(rows=[(NOW, Decimal("1E+3")), (NOW, Decimal("0E-4"))])
@given(rows=st.lists(st.tuples(INSTANTS, st.decimals(-(10**14), 10**14, places=4)), min_size=1))
def test_instants_and_decimals_come_back_exactly_and_instants_sort(
    memory: Engine, rows: list[tuple[datetime, Decimal]]
) -> None:
    with memory.connect() as connection:
        found = stored(connection, [{"at": at, "sum": sum_} for at, sum_ in rows])

    assert [at for at, _ in found] == sorted(at for at, _ in rows)
    assert {at.tzinfo for at, _ in found if isinstance(at, datetime)} == {UTC}
    assert {(at, str(sum_)) for at, sum_ in found} == {(at, format(s, "f")) for at, s in rows}


def test_an_instant_without_a_time_zone_is_refused(memory: Engine) -> None:
    with memory.connect() as connection, pytest.raises(StatementError, match="no time zone"):
        stored(connection, [{"at": datetime(2026, 1, 1), "sum": None}])  # noqa: DTZ001  # the point
