"""Inserting rows that are known to be new, and reading very many, by the fastest way that each
database has.

One transaction may bring thousands of them. Here values are converted as their column says, a
column of many rows at a time, and nothing else is done to them in Python.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import JSON, Connection, Dialect, Select, Table

from ledger.columns import Instant, instant_text, json_text

AT_ONCE: Final = 250
"""How many rows are converted together."""

Row = Sequence[Any]
Convert = Callable[[Any], Any]


def insert_new(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert them; each has a value for every column, in the order of the table's columns."""
    converted = _converted(rows, _conversions(table, connection.dialect))
    into = f"{table.name} ({', '.join(table.columns.keys())})"
    if connection.dialect.name == "sqlite":
        values = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({values})", list(converted))
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in converted:  # each is made while the server takes in those before
            copy.write_row(row)


def read_many(
    connection: Connection, query: Select[Any], at_once: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of a query without parameters, so many at a time and as the driver gives them: what
    they hold must need no conversion."""
    driver: Any = connection.connection
    is_sqlite = connection.dialect.name == "sqlite"
    # Binary, for PostgreSQL would write bytes as text of twice the length.
    cursor = driver.cursor() if is_sqlite else driver.cursor("many", binary=True)
    with closing(cursor):
        cursor.execute(str(query.compile(dialect=connection.dialect)))
        while rows := cursor.fetchmany(at_once):
            yield rows


def _converted(rows: Iterable[Row], conversions: dict[int, Convert]) -> Iterator[tuple[Any, ...]]:
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        columns = list[Iterable[Any]](zip(*some, strict=True))
        for index, convert in conversions.items():
            columns[index] = map(convert, columns[index])
        yield from zip(*columns, strict=True)


class _Instants(dict[datetime | None, str | None]):
    """Instants as text, each written once: a fact is mostly taken down when it happened, and all
    are written at one moment."""

    def __missing__(self, instant: datetime | None) -> str | None:
        text = self[instant] = instant_text(instant)
        return text


def _conversions(table: Table, dialect: Dialect) -> dict[int, Convert]:
    """What is to be done to the values of which column before this dialect's driver sees them."""
    found: dict[int, Convert] = {}
    instants = _Instants().__getitem__
    for index, column in enumerate(table.columns):
        # Text is what either driver takes fastest; all our sessions are in UTC.
        if isinstance(column.type, JSON):
            found[index] = _json_of
        elif isinstance(column.type, Instant):
            found[index] = instants
        elif convert := column.type.dialect_impl(dialect).bind_processor(dialect):
            found[index] = convert
    return found


def _json_of(plain: Any) -> str | None:
    return None if plain is None else json_text(plain)
