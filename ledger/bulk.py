"""Inserting rows that are known to be new, by the fastest way that each database has.

One transaction may bring thousands of them. Here a value is converted as its column says, and
nothing else is done to it in Python.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Table

from ledger.columns import Instant, instant_text, json_text

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


def _converted(rows: Iterable[Row], conversions: dict[int, Convert]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        values = list(row)
        for index, convert in conversions.items():
            values[index] = convert(values[index])
        yield tuple(values)


def _conversions(table: Table, dialect: Dialect) -> dict[int, Convert]:
    """What is to be done to the values of which column before this dialect's driver sees them."""
    found: dict[int, Convert] = {}
    for index, column in enumerate(table.columns):
        # Text is what either driver takes fastest; all our sessions are in UTC.
        if isinstance(column.type, JSON):
            found[index] = _json_of
        elif isinstance(column.type, Instant):
            found[index] = instant_text
        elif convert := column.type.dialect_impl(dialect).bind_processor(dialect):
            found[index] = convert
    return found


def _json_of(plain: Any) -> str | None:
    return None if plain is None else json_text(plain)
