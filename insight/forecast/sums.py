"""The columns of a forecast, added up to the last digit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight.forecast.deals import CLOSED, COLUMNS, LIKELY, Deals
from insight.forecast.groups import Group, Grouping
from insight.past import Floats

_PLACES: Final = 4
_PARTS: Final = 10**_PLACES
CENT: Final = Decimal("0.01")
Whole = NDArray[np.int64]


class Cell(NamedTuple):
    """How many, and their sum."""

    n: int
    amount: Decimal


class Columns(NamedTuple):
    """What one line has, in one currency or, where `currency` is None, without a sum.

    `single` has each column by itself; they add up to all that is counted. `cumulative` has what
    would be won with all that is as sure or surer: `commit` is closed and commit, `best_case` that
    and best case, `pipeline` that and the rest. `open` is what may still be won in the period:
    commit, best case and pipeline; `weighted` is that by the probabilities of the stages.
    """

    currency: str | None
    single: Mapping[str, Cell]
    cumulative: Mapping[str, Decimal]
    open: Cell
    weighted: Decimal

    @property
    def closed(self) -> Decimal:
        """What is won in the period."""
        return self.single["closed"].amount


class Sums:
    """All sums by group, currency and column, each opportunity counted once."""

    def __init__(self, deals: Deals, grouping: Grouping) -> None:
        self.currencies = deals.currencies
        self._counts = _Cells(deals, grouping)
        sums = np.nan_to_num(deals.amount)
        likely = np.isin(deals.column, [COLUMNS.index(name) for name in LIKELY])
        self._amounts = self._counts.exact(sums)
        self._weighted = self._counts.exact(np.where(likely, sums * deals.probability, 0.0))

    def of(self, group: Group) -> dict[str | None, Columns]:
        """What a group has, by currency, where it has anything."""
        members, found = list(group.members), dict[str | None, Columns]()
        count = self._counts.count[members].sum(0)
        amount, weighted = (_summed(each, members) for each in (self._amounts, self._weighted))
        merged: dict[str | None, list[int]] = {}
        for code, currency in enumerate(self.currencies):
            if count[code].any():
                merged.setdefault(currency or None, []).append(code)
        for name_of, codes in merged.items():
            cells = {
                name: Cell(int(count[codes, i].sum()), _total(amount, codes, i))
                for i, name in enumerate(COLUMNS)
            }
            in_all = [_total(weighted, codes, i) for i in range(len(COLUMNS))]
            found[name_of] = columns(name_of, cells, sum(in_all, Decimal(0)))
        return found


def columns(currency: str | None, single: Mapping[str, Cell], weighted: Decimal) -> Columns:
    """What follows from the columns by themselves."""
    running, cumulative = single["closed"].amount, {"closed": single["closed"].amount}
    for name in LIKELY:
        running += single[name].amount
        cumulative[name] = running
    likely = [single[name] for name in LIKELY]
    open_ = Cell(sum(c.n for c in likely), sum((c.amount for c in likely), Decimal(0)))
    return Columns(currency, single, cumulative, open_, weighted)


NOTHING: Final = {name: Cell(0, Decimal(0)) for name in COLUMNS}


class _Cells:
    """Counts by (group, currency, column), and sums by the same cells."""

    def __init__(self, deals: Deals, grouping: Grouping) -> None:
        size = int(grouping.codes.max(initial=0)) + 1
        self.shape = (size, len(deals.currencies), len(COLUMNS))
        self._counted = deals.column >= CLOSED
        where = (grouping.codes, deals.currency, np.maximum(deals.column, 0))
        self._flat = np.ravel_multi_index(where, self.shape)[self._counted]
        self.count = np.bincount(self._flat, minlength=int(np.prod(self.shape))).reshape(self.shape)

    def exact(self, amounts: Floats) -> tuple[Whole, Whole]:
        """Sums of the whole units, and of the ten-thousandths beside them: a sum of binary
        fractions would depend on its order."""
        units = np.floor(amounts)
        parts = np.rint((amounts - units) * _PARTS)
        return self._sum(units), self._sum(parts)

    def _sum(self, values: Floats) -> Whole:
        found = np.zeros(int(np.prod(self.shape)), np.int64)
        np.add.at(found, self._flat, values[self._counted].astype(np.int64))
        return found.reshape(self.shape)


def _summed(parts: tuple[Whole, Whole], members: list[int]) -> tuple[Whole, Whole]:
    units, rest = parts
    return units[members].sum(0), rest[members].sum(0)


def _total(parts: tuple[Whole, Whole], codes: list[int], column: int) -> Decimal:
    units, rest = (int(each[codes, column].sum()) for each in parts)
    found = units + Decimal(rest).scaleb(-_PLACES)
    return found.quantize(CENT) if rest % 100 == 0 else found
