"""First tables over many opportunities: how they ended, and what the open ones may bring."""

from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, func, select

from ledger.rows import OutcomeCount, Weighted
from ledger.schema import opportunity

_C: Final = opportunity.c
NOTHING: Final = Decimal(0)


def outcomes(connection: Connection, process: str | None = None) -> list[OutcomeCount]:
    """How many ended in which way and for which primary reason, the most frequent first."""
    group = (_C.process, _C.outcome, _C.reason)
    query = select(*group, func.count()).where(_C.outcome.is_not(None)).group_by(*group)
    if process:
        query = query.where(_C.process == process)
    rows = connection.execute(query.order_by(_C.process, func.count().desc(), *group))
    return [OutcomeCount(*row) for row in rows]


def weighted(connection: Connection, process: str | None = None) -> list[Weighted]:
    """What is open, by currency, process, stage and category: no sum ever mixes two currencies."""
    group = (_C.currency, _C.process, _C.stage, _C.category)
    query = select(*group, _C.probability, _C.amount).where(_C.outcome.is_(None))
    if process:
        query = query.where(_C.process == process)
    found: dict[tuple[str | None, str, str, str], tuple[int, Decimal, Decimal]] = {}
    # Added here and not by the database, which would round: exact decimals are text on SQLite.
    for currency, name, stage, category, probability, amount in connection.execute(query):
        key = currency, name, stage, category
        count, total, expected = found.get(key, (0, NOTHING, NOTHING))
        sum_ = amount or NOTHING
        expected += sum_ * Decimal(str(probability))
        found[key] = count + 1, total + sum_, expected
    keys = sorted(found, key=lambda key: (key[0] or "", *key[1:]))
    return [Weighted(*key, *found[key]) for key in keys]
