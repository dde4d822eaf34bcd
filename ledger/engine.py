"""The one place that knows which database this is: connections, transactions and upserts.

Writers exclude each other, so that what one of them read still holds when it commits: on SQLite by
BEGIN IMMEDIATE, on PostgreSQL by a lock of our own. Readers wait for nobody and see one snapshot.
"""

import sqlite3 as sqlite_driver
import time
from functools import cache
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite

from ledger.columns import json_text

BUSY_SECONDS: Final = "10"
"""How long a writer on SQLite waits for another; `?timeout=` in the URL says otherwise."""

PRAGMAS: Final = ("page_size = 8192", "synchronous = FULL", "foreign_keys = ON")
"""Pages of a new file are twice as large as SQLite's own choice: of rows with a state in them that
leaves an eighth less to be written."""
ATTEMPTS: Final = 20
"""How often a new file is asked for its write-ahead log, a moment apart."""

PSYCOPG: Final = "postgresql+psycopg"
PLAIN: Final = frozenset({"postgres", "postgresql"})
"""How others write the URL of a PostgreSQL database; the driver is ours to choose."""

REACHING: Final = {
    "application_name": "closeline",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Who we are, and when a server that has fallen silent counts as gone: after about a minute. The
same words in the URL say otherwise."""

SESSION: Final = (
    "SET timezone TO 'UTC';"
    "SET lock_timeout TO '30s';"
    "SET idle_in_transaction_session_timeout TO '60s'"
)
"""What each connection to PostgreSQL begins with. A writer that waits too long for the others is
told so, and one that the network has cut off lets go of its lock in the server's own time."""

WRITERS_LOCK: Final = 0x6C6564676572
"""The advisory lock that writers on PostgreSQL hold; the number only has to be the same for all."""

ALIKE: Final[dict[str, Any]] = {
    "json_serializer": json_text,
    "json_deserializer": from_json,
    "hide_parameters": True,
}
"""What every engine is made with."""

Upsert = sqlite.Insert | postgresql.Insert


def connect(url: str) -> tuple[Engine, Engine]:
    """An engine for readers and one for writers, on one pool of connections; their errors are
    logged, so they quote no row."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        where = where.set(query={"timeout": BUSY_SECONDS, **where.query})
        engine = create_engine(where, **ALIKE)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine, engine.execution_options(writes=True)
    if where.drivername in PLAIN:
        where = where.set(drivername=PSYCOPG)
    where = where.set(query={**REACHING, **where.query})
    engine = create_engine(where, pool_pre_ping=True, **ALIKE)
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # A snapshot would be older than the lock that a writer waited for.
    return readers, engine.execution_options(writes=True, isolation_level="READ COMMITTED")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin on its own, and too late
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    _keep_write_ahead_log(connection)


def _keep_write_ahead_log(connection: Any) -> None:
    """Two that make the same new file at once would wait for each other for ever here, so SQLite
    tells one of them that it is locked, without waiting; a moment later it is not."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite_driver.OperationalError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(0.01 * attempt)


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.execute(SESSION)
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")


def upsert(connection: Connection, table: Table) -> Upsert:
    """Insert rows, or replace those that have the same primary key."""
    return _upsert(connection.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Upsert:
    insert = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    rest = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=rest)


def insert_once(connection: Connection, table: Table) -> Upsert:
    """Insert rows whose primary key is new, and leave those that are there alone."""
    return _insert(connection.dialect.name, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> Upsert:
    if dialect == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
