"""Sums that can be added: in one currency, or each currency by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from insight.past import Floats
from insight.win_loss.cases import Cases


class Rates:
    """By which factor the sum of each opportunity converts into one currency, by its id."""

    def __init__(self, target: str, factors: Mapping[str, float]) -> None:
        self.target, self.factors = target, factors


@dataclass(frozen=True)
class Money:
    """`amounts` holds for each currency the sum of each case, NaN where it has none in it, and
    `first` the sums that were said first.

    There is one currency where all sums are in one, or were converted into one; of those that
    ended, `without` have no sum and `unconverted` have one that could not be converted.
    """

    amounts: Mapping[str, Floats]
    first: Mapping[str, Floats]
    without: int
    unconverted: int = 0

    def by_currency(self) -> Iterator[tuple[str, Floats]]:
        """Each currency with its sums."""
        yield from self.amounts.items()

    @property
    def currency(self) -> str | None:
        """The one currency, if there is one."""
        return next(iter(self.amounts)) if len(self.amounts) == 1 else None

    @property
    def one(self) -> Floats | None:
        """The sums in the one currency, if there is one."""
        return next(iter(self.amounts.values())) if len(self.amounts) == 1 else None

    @property
    def first_of_one(self) -> Floats | None:
        """The same as they were said first."""
        return next(iter(self.first.values())) if len(self.first) == 1 else None


def money_of(cases: Cases, rates: Rates | None = None) -> Money:
    """The sums of the cases, converted where rates are given."""
    said = cases.ended & ~np.isnan(cases.amount)
    without = int(cases.ended.sum() - said.sum())
    if rates is not None:
        ids = cases.past.ids
        factor = np.array([rates.factors.get(ids[row], np.nan) for row in cases.rows], np.float64)
        amounts = {rates.target: cases.amount * factor}
        missing = int(np.isnan(amounts[rates.target][said]).sum())
        return Money(amounts, {rates.target: cases.first_amount * factor}, without, missing)
    texts, codes = cases.past.texts, cases.currency
    met = np.unique(codes[said])

    def split(sums: Floats) -> dict[str, Floats]:
        return {texts[code]: np.where(codes == code, sums, np.nan) for code in met}

    return Money(split(cases.amount), split(cases.first_amount), without)
