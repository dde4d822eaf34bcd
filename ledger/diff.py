"""Two ledgers compared row by row: every table, in the order of its keys, with bounded memory."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from ledger import schema

AT_ONCE: Final = 500
"""How many rows are fetched at once."""
FIRST: Final = 10
"""How many differences of a table are told one by one."""

BY_CHANCE: Final[Mapping[str, frozenset[str]]] = {
    "fact": frozenset({"run_id", "written_at"}),
    "reservation": frozenset({"reserved_at"}),
    "notice": frozenset({"written_at"}),
}
"""What says how something came to be written, and nothing about what happened."""
SENDING: Final = frozenset({"channel", "notice_sent"})
"""The tables that only tell over which channels notices went out."""

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = Generator[tuple[Key, Row], None, None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is only `here`, only `there`, or on both sides with other values; `columns` holds
    what differs, of nested values only the names under which they do, of bytes their digests."""

    key: Key
    where: str
    columns: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Compared:
    """One table: how many rows are the same, how many are not, and the first of those."""

    table: str
    same: int = 0
    differing: int = 0
    only_here: int = 0
    only_there: int = 0
    first: list[Difference] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether no row differs."""
        return not (self.differing or self.only_here or self.only_there)

    def take(self, key: Key, here: Row | None, there: Row | None) -> None:
        """Count one row, by what each side has under its key."""
        if here is None or there is None:
            where = "here" if here is not None else "there"
            self.only_here += here is not None
            self.only_there += there is not None
            difference = Difference(key, where)
        elif columns := _differing(here, there):
            self.differing += 1
            difference = Difference(key, "both", columns)
        else:
            self.same += 1
            return
        if len(self.first) < FIRST:
            self.first.append(difference)


def compare(here: Connection, there: Connection, live: bool = False) -> list[Compared]:
    """Every table of the schema. `live` compares what stands: no facts that were taken back, not by
    which run and when something was written, and not what was sent."""
    found = []
    for table in schema.metadata.sorted_tables:
        compared = Compared(table.name)
        with (
            closing(_rows(here, table, live)) as mine,
            closing(_rows(there, table, live)) as others,
        ):
            for key, row, other in _merged(mine, others):
                compared.take(key, row, other)
        found.append(compared)
    return found


def _rows(connection: Connection, table: Table, live: bool) -> Rows:
    if live and table.name in SENDING:
        return
    keys = [column.name for column in table.primary_key]
    query = select(table).order_by(*table.primary_key)
    left_out = BY_CHANCE.get(table.name, frozenset()) if live else frozenset()
    if live and table is schema.fact:
        query = query.where(table.c.superseded == 0)
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for row in found.mappings():
            values = {name: value for name, value in row.items() if name not in left_out}
            yield tuple(row[name] for name in keys), values


def _merged(here: Rows, there: Rows) -> Iterator[tuple[Key, Row | None, Row | None]]:
    """Both sides side by side, key by key; either side may lack a key."""
    mine, others = next(here, None), next(there, None)
    while mine or others:
        if others is None or (mine and mine[0] < others[0]):
            assert mine
            yield mine[0], mine[1], None
            mine = next(here, None)
        elif mine is None or others[0] < mine[0]:
            yield others[0], None, others[1]
            others = next(there, None)
        else:
            yield mine[0], mine[1], others[1]
            mine, others = next(here, None), next(there, None)


def _differing(here: Row, there: Row) -> dict[str, tuple[Any, Any]]:
    return {
        name: _narrowed(value, there[name])
        for name, value in here.items()
        if _said(value) != _said(there[name])
    }


def _said(value: Any) -> Any:
    """The value so that only equals are equal: 1, 1.0 and true are three things in JSON."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def _narrowed(here: Any, there: Any) -> tuple[Any, Any]:
    """Of two objects only the names under which they differ, of bytes their digests."""
    if isinstance(here, bytes) and isinstance(there, bytes):
        return f"sha256:{sha256(here).hexdigest()}", f"sha256:{sha256(there).hexdigest()}"
    if not (isinstance(here, dict) and isinstance(there, dict)):
        return here, there
    names = [n for n in sorted({*here, *there}) if _said(here.get(n)) != _said(there.get(n))]
    return {n: here.get(n) for n in names}, {n: there.get(n) for n in names}
