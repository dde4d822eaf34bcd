"""Snapshots of forecasts: kept once under a name, and never changed."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, literal, select

from ledger.schema import snapshot


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot as it is stored. `retroactive` where it was taken long after its instant, `count`
    how many opportunities are in `items`, a Parquet file, which is empty where it was not asked
    for."""

    name: str
    as_of: datetime
    taken_at: datetime
    retroactive: bool
    count: int
    about: dict[str, Any]
    items: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot of this name is kept, with so many opportunities; `new` where it was not there
    before."""

    name: str
    count: int
    new: bool


_NAMES: Final = tuple(each.name for each in fields(Kept))
_WITHOUT_ITEMS: Final = (*(snapshot.c[name] for name in _NAMES if name != "items"), literal(b""))


def name_of(as_of: datetime) -> str:
    """The name of the snapshot of that time, to the second."""
    return f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def keep(connection: Connection, kept: Kept) -> bool:
    """Whether it is kept now, and not one of this name since before."""
    there = select(snapshot.c.name).where(snapshot.c.name == kept.name)
    if connection.scalar(there):  # writers exclude each other, so nobody comes in between
        return False
    connection.execute(insert(snapshot), {name: getattr(kept, name) for name in _NAMES})
    return True


def find(connection: Connection, name: str) -> Kept | None:
    """The one of this name."""
    query = select(*(snapshot.c[each] for each in _NAMES)).where(snapshot.c.name == name)
    row = connection.execute(query).first()
    return Kept(*row) if row else None


def every(connection: Connection) -> list[Kept]:
    """All of them in the order of their instants, without their items."""
    query = select(*_WITHOUT_ITEMS).order_by(snapshot.c.as_of, snapshot.c.name)
    return [Kept(*row) for row in connection.execute(query)]
