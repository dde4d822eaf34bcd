"""Ledgers of any size: a small population that was really written, copied under new ids.

One in ten is open. A copy has an account and an owner of its own, too: a company with more
opportunities has more of both.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, select, text

from bench.population import ended
from ledger.batch import Batch
from ledger.bulk import insert_new
from ledger.engine import connect, upsert
from ledger.ledger import Ledger
from ledger.schema import account, fact, opportunity, standing
from ledger.steps import OPENING, SEPARATOR
from ledger.traces import TABLES
from sales.account.decide import open_account

WRITTEN: Final = 1_000
OPEN_ONE_IN: Final = 10
RENAMED: Final[dict[Table, tuple[str, ...]]] = {
    account: ("id", "owner"),
    opportunity: ("id", "account_id", "owner"),
    fact: ("id",),
}
"""The columns that tell a copy from what it was made from."""
WORDS: Final = tuple(OPENING.index(name) for name in RENAMED[opportunity] if name in OPENING)
"""The same in the words of a trace."""
SUBJECT: Final = " AND t.subject IN ('opportunity', 'account')"
"""The journal's key begins with it. A copy's id begins with a digit, and no other does."""


def make_crowd(url: str, opportunities: int, *, journals: bool = True) -> list[str]:
    """So many in a migrated, empty ledger, if asked without the journals of the copies; the ids of
    those that were written."""
    ids = _write(url)
    engine, writers = connect(url)
    copies = opportunities // WRITTEN
    _settle(engine)  # whoever knows how little there is finds what was written by its ids
    with writers.begin() as connection:
        traces = {table: connection.execute(select(table)).all() for table in TABLES}
        for number in range(1, copies):
            begin = f"{number:05}-"
            for table, renamed in RENAMED.items():
                if journals or table is not fact:
                    connection.execute(text(_copy(table, renamed)), {"begin": begin})
            for table, rows in traces.items():
                insert_new(connection, table, _traces(rows, begin))
        _count(connection, copies)
    _settle(engine)
    engine.dispose()
    return ids


def copy_of(id: str, number: int) -> str:
    """The id of a copy; the first is what was written."""
    return f"{number:05}-{id}" if number else id


def _write(url: str) -> list[str]:
    ledger, ids, accounts = Ledger(url), [], set()
    for batches in ended(WRITTEN):
        for number, batch in enumerate(batches):
            told = _half(batch) if number % OPEN_ONE_IN == 0 else batch
            opened = told.facts[0]
            if opened.kind != "opened":
                continue  # what came behind a migration
            ids.append(told.id)
            if (account_id := opened.data["account_id"]) not in accounts:
                accounts.add(account_id)
                _, first = open_account(account_id, opened.recorded_at)
                ledger.record(Batch("account", account_id, told.run_id, (first,)))
            ledger.record(told)
    ledger.close()
    return ids


def _half(batch: Batch) -> Batch:
    """Its first facts: what has not ended yet."""
    return dataclasses.replace(batch, facts=batch.facts[: len(batch.facts) // 2 or 1])


def _copy(table: Table, renamed: tuple[str, ...]) -> str:
    """All that was written once more, in the order of the key, which only ever grows: as in a
    company's own table, what stands side by side has ended in all sorts of ways."""
    columns = [
        f":begin || t.{name}" if name in renamed else f"t.{name}"
        for name in table.columns.keys()  # noqa: SIM118  # no dictionary
    ]
    order = "t.subject, t.id, t.sequence" if table is fact else "t.id"
    return (
        f"INSERT INTO {table.name} ({', '.join(table.columns.keys())})"
        f" SELECT {', '.join(columns)} FROM {table.name} AS t"
        f" WHERE t.id >= 'A'{SUBJECT if table is fact else ''} ORDER BY {order}"
    )


def _traces(traces: Sequence[Any], begin: str) -> Iterator[tuple[str, bytes, str]]:
    """The traces of a copy."""
    for row in traces:
        words = row.words.split(SEPARATOR)
        for index in WORDS:
            words[index] = words[index] and begin + words[index]
        yield begin + row.id, row.steps, SEPARATOR.join(words)


def _count(connection: Connection, copies: int) -> None:
    """The totals of so many copies."""
    rows = [dict(row) for row in connection.execute(select(standing)).mappings()]
    for row in rows:
        row["count"] *= copies
        row["amount"] *= copies
    connection.execute(upsert(connection, standing), rows)


def _settle(engine: Engine) -> None:
    """What a database does in its own time after so much was written."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
