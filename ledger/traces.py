"""Where traces are kept: those of what is open apart, so that to read them costs what they are."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Delete, Select, Table, bindparam, delete, func, select

from ledger.bulk import read_many
from ledger.schema import open_trace, opportunity, trace

TABLES: Final = (trace, open_trace)
AT_ONCE: Final = 5_000
"""How many are read at once."""

Traces = tuple[Sequence[str], Sequence[bytes], Sequence[str]]
"""Ids, and for each of them the steps and the words of its trace."""


def place_of(outcome: object) -> Table:
    """The table that has the trace of an opportunity with this outcome, or without one."""
    return open_trace if outcome is None else trace


def beside(query: Select[Any]) -> Select[Any]:
    """A query of opportunities, with the steps and the words of their traces."""
    for table in TABLES:
        query = query.outerjoin(table, table.c.id == opportunity.c.id)
    return query.add_columns(
        *(func.coalesce(*(t.c[name] for t in TABLES)).label(name) for name in ("steps", "words"))
    )


def remove(connection: Connection, ids: Sequence[str], *tables: Table) -> None:
    """Remove the traces of these opportunities from those tables, or wherever they are."""
    for table in tables or TABLES:
        connection.execute(_removal(table), {"ids": ids})


@cache
def _removal(table: Table) -> Delete:
    return delete(table).where(table.c.id.in_(bindparam("ids", expanding=True)))


def read(connection: Connection, only_open: bool = False) -> Iterator[Traces]:
    """The traces of all opportunities, or of the open ones, many at once."""
    for table in (open_trace,) if only_open else TABLES:
        query = select(table.c.id, table.c.steps, table.c.words)
        for rows in read_many(connection, query, AT_ONCE):
            ids, steps, words = zip(*rows, strict=True)
            yield ids, steps, words
