"""What became of what people counted on: commit, best case and the rest of the pipeline."""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from insight.accuracy.came import Deals, Scored
from insight.accuracy.chances import ALL, grouped
from insight.past import Indexes
from insight.pipeline import decimal_of


@dataclass(frozen=True, slots=True)
class Conversion:
    """The opportunities that a snapshot had in one category with a close date in the period: which
    share of them was won by its end, ended otherwise (`dropped`), or slipped, for it was still
    open. `amount` is their sum then, `amount_won` that of the won ones, in one currency. An
    opportunity counts once in each snapshot."""

    category: str
    horizon: str
    group: str | None
    currency: str | None
    snapshots: int
    periods: int
    n: int
    won: int
    dropped: int
    slipped: int
    amount: Decimal
    amount_won: Decimal
    conversion: float
    slip_rate: float
    conversion_by_value: float | None


@dataclass(slots=True)
class _Counted:
    snapshots: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)
    n: int = 0
    won: int = 0
    ended: int = 0
    units: int = 0
    units_won: int = 0


Key = tuple[str | None, str, str, str]
"""Group, currency, category and horizon."""


class Conversions:
    """Takes what came, snapshot by snapshot, and counts it."""

    def __init__(self, by: str | None) -> None:
        self._by = by
        self._counted: dict[Key, _Counted] = {}

    def take(self, scored: Scored, deals: Deals) -> None:
        """One snapshot and one of its periods."""
        words = [deals.columns[name].astype(str) for name in ("currency", "category")]
        for group, rows in grouped(deals, self._by):
            dated = rows[deals.dated[rows]]
            keys = sorted(set(zip(*(each[dated] for each in words), strict=True)))
            for currency, category in keys:
                some = dated[(words[0][dated] == currency) & (words[1][dated] == category)]
                for horizon in (scored.horizon, ALL):
                    key = (group, str(currency), str(category), horizon)
                    _count(self._counted.setdefault(key, _Counted()), scored, deals, some)

    def found(self) -> list[Conversion]:
        """By group, currency, category and horizon."""
        return [_conversion(key, each) for key, each in sorted(self._counted.items(), key=str)]


def _count(counted: _Counted, scored: Scored, deals: Deals, some: Indexes) -> None:
    units = np.maximum(deals.columns["amount"][some], 0)
    counted.snapshots.add(scored.kept.name)
    counted.periods.add(scored.period.label)
    counted.n += len(some)
    counted.won += int(deals.won[some].sum())
    counted.ended += int(deals.ended[some].sum())
    counted.units += int(units.sum())
    counted.units_won += int(units[deals.won[some]].sum())


def _conversion(key: Key, counted: _Counted) -> Conversion:
    group, currency, category, horizon = key
    slipped = counted.n - counted.ended
    return Conversion(
        *(category, horizon, group, currency or None),
        *(len(counted.snapshots), len(counted.periods), counted.n, counted.won),
        *(counted.ended - counted.won, slipped),
        *(decimal_of(counted.units), decimal_of(counted.units_won)),
        conversion=counted.won / counted.n,
        slip_rate=slipped / counted.n,
        conversion_by_value=counted.units_won / counted.units if counted.units else None,
    )
