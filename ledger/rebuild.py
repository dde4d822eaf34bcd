"""A ledger made anew from the journal of another: facts word for word, rows folded again.

What is a fold is never copied. All of it is one transaction: a ledger that was begun and not
finished is as empty as before.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from ledger import notices, schema, traces
from ledger.bulk import insert_new
from ledger.errors import NotEmpty
from ledger.fold import FOLDS, Row
from ledger.processes import Processes
from ledger.read import FACT_COLUMNS
from ledger.totals import Moves, standing_of
from ledger.trace import Trace
from sales.facts import Fact

AT_ONCE: Final = 500
"""How many rows are read or written at once."""

Watch = Callable[[int], None]
"""Is told how many facts more are done."""


@dataclass(slots=True)
class Rebuilt:
    """How many facts were taken over, how many rows were folded from them, and, of the tables that
    no fact tells, how many rows were copied."""

    facts: int = 0
    folded: dict[str, int] = field(default_factory=dict)
    copied: dict[str, int] = field(default_factory=dict)


class Filling:
    """Rows on their way into one table, many at once."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._in_order = itemgetter(*table.columns.keys())
        self._rows: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, row: Row) -> None:
        """Take one row."""
        self._rows.append(self._in_order(row))
        self.count += 1
        if len(self._rows) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was taken."""
        if self._rows:
            insert_new(self._connection, self._table, self._rows)
            self._rows = []


def rebuild(source: Connection, target: Connection, watch: Watch) -> Rebuilt:
    """Fill the target from the source's journal. Raises NotEmpty where it holds anything."""
    require_empty(target)
    folded = {
        schema.standing,
        schema.notice,
        *traces.TABLES,
        *(fold.table for fold in FOLDS.values()),
    }
    found, told = Rebuilt(), {schema.fact, *folded}
    for table in schema.metadata.sorted_tables:
        if table not in told:
            found.copied[table.name] = _copy(source, target, table)
    _fold_again(source, target, found, watch)
    return found


def require_empty(connection: Connection) -> None:
    """Raises NotEmpty where any table holds a row."""
    for table in schema.metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first():
            raise NotEmpty(table.name)


def last_written(connection: Connection) -> datetime | None:
    """When the youngest of the facts was written, if there is any."""
    last: datetime | None = connection.scalar(select(func.max(schema.fact.c.written_at)))
    return last


def _copy(source: Connection, target: Connection, table: Table) -> int:
    into = Filling(target, table)
    with closing(_rows(source, table)) as rows:
        for row in rows:
            into.add(row)
    into.flush()
    return into.count


def _fold_again(source: Connection, target: Connection, found: Rebuilt, watch: Watch) -> None:
    facts, processes, moves = Filling(target, schema.fact), Processes(target), Moves()
    told_of = Filling(target, schema.notice)
    into = {subject: Filling(target, fold.table) for subject, fold in FOLDS.items()}
    traced = {table: Filling(target, table) for table in traces.TABLES}
    with closing(_rows(source, schema.fact)) as rows:
        for (subject, id_), journal in groupby(rows, itemgetter("subject", "id")):
            fold, state, before = FOLDS[subject], None, facts.count
            trace = Trace()
            for told in journal:
                facts.add(told)
                if not told["superseded"]:
                    fact = Fact(*(told[name] for name in FACT_COLUMNS))
                    state = fold.evolve(state, fact, processes.get)
                    stamp = told["digest"], told["written_at"]
                    for notice in notices.rows_of(subject, id_, *stamp, fact):
                        told_of.add(notice)
                    if subject == "opportunity":
                        trace.take([fact])
            if state is not None:  # else all of it was taken back
                into[subject].add(row := fold.row(state))
                if subject == "opportunity":
                    moves.move(None, standing_of(row))
                    traced[traces.place_of(row["outcome"])].add(trace.row(id_))
            watch(facts.count - before)
    for filling in (facts, told_of, *traced.values(), *into.values()):
        filling.flush()
    moves.write(target)
    found.facts = facts.count
    found.folded = {subject: filling.count for subject, filling in into.items()}


def _rows(connection: Connection, table: Table) -> Generator[Row, None, None]:
    """Every row, in the order of the keys."""
    names = table.columns.keys()
    query = select(table).order_by(*table.primary_key)
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for row in found:
            yield dict(zip(names, row, strict=True))
