"""First tables over many opportunities: how they ended, and what the open ones may bring.

They are read from `standing`, which each write moves along with the rows it changes.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select

from ledger.engine import upsert
from ledger.rows import OutcomeCount, Weighted
from ledger.schema import standing

_C: Final = standing.c
_AWAY: Final = delete(standing).where(
    *(column == bindparam(f"its_{column.name}") for column in standing.primary_key)
)
_NEAR: Final = select(standing).where(
    _C.outcome.in_(bindparam("outcomes", expanding=True)),
    _C.process.in_(bindparam("processes", expanding=True)),
)
"""Made once, for every write asks it."""
OPEN: Final = ""
"""The outcome of what has none."""
NOTHING: Final = Decimal(0)


class Place(NamedTuple):
    """What opportunities have in common that are counted as one."""

    outcome: str
    process: str
    reason: str
    stage: str
    category: str
    probability: float
    currency: str


class Standing(NamedTuple):
    """Where one opportunity is counted, and with which sum."""

    place: Place
    amount: Decimal


def standing_of(row: Mapping[str, Any]) -> Standing:
    """Where an opportunity with this current row is counted: by its end, else by its stage."""
    outcome, process = row["outcome"], row["process"]
    if outcome:
        return Standing(Place(outcome, process, row["reason"], "", "", 0.0, ""), NOTHING)
    stage, category, probability = row["stage"], row["category"], row["probability"]
    place = Place(OPEN, process, "", stage, category, probability, row["currency"] or "")
    return Standing(place, row["amount"] or NOTHING)


class Moves:
    """What one transaction changes in the totals: opportunities leave a place for another."""

    def __init__(self) -> None:
        self._moved: dict[Place, tuple[int, Decimal]] = {}

    def move(self, before: Standing | None, after: Standing | None) -> None:
        """One opportunity, which is new where it stood nowhere before, or is taken back."""
        if before == after:
            return
        if before:
            self._add(before.place, -1, -before.amount)
        if after:
            self._add(after.place, 1, after.amount)

    def write(self, connection: Connection) -> None:
        """Add it to what is there. A place in which nobody is left goes away."""
        # Added here and not by the database: exact decimals are text on SQLite.
        there = _near(connection, self._moved)
        left, gone = [], []
        for place, (moved, sum_) in self._moved.items():
            count, amount = there.get(place, (0, NOTHING))
            if count + moved:
                row = {"count": count + moved, "amount": amount + sum_}
                left.append(place._asdict() | row)
            elif count:
                gone.append({f"its_{name}": value for name, value in place._asdict().items()})
        if left:
            connection.execute(upsert(connection, standing), left)
        if gone:
            connection.execute(_AWAY, gone)
        self._moved = {}

    def _add(self, place: Place, count: int, amount: Decimal) -> None:
        counted, sum_ = self._moved.get(place, (0, NOTHING))
        self._moved[place] = counted + count, sum_ + amount


def _near(connection: Connection, places: Collection[Place]) -> dict[Place, tuple[int, Decimal]]:
    """What is counted in these places, and in some beside them, read through the key."""
    if not places:
        return {}
    outcomes, processes = {each.outcome for each in places}, {each.process for each in places}
    found = connection.execute(_NEAR, {"outcomes": [*outcomes], "processes": [*processes]})
    return {Place(*key): (count, amount) for *key, count, amount in found}


def outcomes(connection: Connection, process: str | None = None) -> list[OutcomeCount]:
    """How many ended in which way and for which primary reason, the most frequent first."""
    group = (_C.process, _C.outcome, _C.reason)
    count = func.sum(_C.count)
    query = select(*group, count).where(_C.outcome > OPEN).group_by(*group)
    if process:
        query = query.where(_C.process == process)
    rows = connection.execute(query.order_by(_C.process, count.desc(), *group))
    return [OutcomeCount(*row) for row in rows]


def weighted(connection: Connection, process: str | None = None) -> list[Weighted]:
    """What is open, by currency, process, stage and category: no sum ever mixes two currencies."""
    group = (_C.currency, _C.process, _C.stage, _C.category)
    query = select(*group, _C.probability, _C.count, _C.amount).where(_C.outcome == OPEN)
    if process:
        query = query.where(_C.process == process)
    found: dict[tuple[str, str, str, str], tuple[int, Decimal, Decimal]] = {}
    # Versions of a process may give the same stage another probability.
    for *key, probability, count, amount in connection.execute(query.order_by(*group)):
        place: Any = tuple(key)
        counted, total, expected = found.get(place, (0, NOTHING, NOTHING))
        expected += amount * Decimal(str(probability))
        found[place] = counted + count, total + amount, expected
    return [Weighted(key[0] or None, *key[1:], *found[key]) for key in found]
