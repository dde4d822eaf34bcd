"""Lines of a forecast: for each group and currency the columns, what is expected, and the quota."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from insight.forecast.deals import CLOSED, Deals
from insight.forecast.expectation import Distribution, Expectation, Model
from insight.forecast.groups import Group, Grouping
from insight.forecast.report import Against, Line, Outlook, Submitted
from insight.forecast.sums import CENT, NOTHING, Columns, Sums, columns
from insight.forecast.targets import Measures, Target
from insight.past import Mask


class Rolling:
    """Makes the lines of one forecast; `since` and `until` are the part of the period that is still
    to come."""

    def __init__(
        self,
        deals: Deals,
        expected: Expectation,
        model: Model,
        told: Measures,
        since: float,
        until: float,
    ) -> None:
        self._deals, self._expected, self._model, self._told = deals, expected, model, told
        self._since, self._until = since, until

    def lines(self, grouping: Grouping, new: bool = False) -> list[Line]:
        """A line for each group and each currency in which it has anything or is to win anything;
        with `new`, what is expected has in it the business that is not yet in the pipeline."""
        sums = Sums(self._deals, grouping)
        return [line for group in grouping.groups for line in self._of(group, grouping, sums, new)]

    def _of(self, group: Group, grouping: Grouping, sums: Sums, new: bool) -> Iterator[Line]:
        found = sums.of(group)
        wanted = {
            key[1] for key in (*self._told.quotas, *self._told.submitted) if key[0] == group.whose
        }
        for currency in sorted(found.keys() | wanted, key=lambda each: (each is None, each)):
            of = found.get(currency) or columns(currency, NOTHING, Decimal(0))
            among = np.isin(grouping.codes, group.members) & self._in(currency)
            yield self._line(group, of, among, new)

    def _line(self, group: Group, of: Columns, among: Mask, new: bool) -> Line:
        outlook, total = None, None
        if of.currency is not None:
            outlook, total = self._outlook(of, among, new)
        quota = self._told.quotas.get((group.whose, of.currency or ""))
        said = self._told.submitted.get((group.whose, of.currency or ""))
        return Line(
            *(group.whose, group.depth, of.currency, of, outlook),
            _against(of, quota, total) if quota else None,
            Submitted(said.amount, said.by, said.reason or "") if said and said.amount else None,
        )

    def _in(self, currency: str | None) -> Mask:
        deals = self._deals
        codes = [i for i, each in enumerate(deals.currencies) if (each or None) == currency]
        return np.isin(deals.currency, codes)

    def _outlook(self, of: Columns, among: Mask, new: bool) -> tuple[Outlook, Distribution]:
        deals, currency = self._deals, of.currency or ""
        still = (among & (deals.column > CLOSED))[deals.open]
        amount, chance = deals.amount[deals.open][still], self._expected.won[still]
        coming = self._model.new_business(self._since, self._until, currency) if new else None
        total = self._model.revenue(amount, chance, self._until, coming)
        open_, more = float(amount @ chance), coming.mean if coming else None
        low, middle, high = (money(total.quantile(share)) + of.closed for share in (0.1, 0.5, 0.9))
        return Outlook(
            wins=float(chance.sum()),
            open=money(open_),
            new=None if more is None else money(more),
            expected=of.closed + money(total.mean),
            p10=low,
            p50=middle,
            p90=high,
        ), total


def money(sum_: float) -> Decimal:
    """An estimate, to the cent."""
    return Decimal(repr(float(sum_))).quantize(CENT)


def _against(of: Columns, quota: Target, total: Distribution | None) -> Against:
    remaining = quota.amount - of.closed
    left = max(remaining, Decimal(0))
    return Against(
        *(quota.amount, quota.whole),
        attained=float(of.closed / quota.amount) if quota.amount else None,
        remaining=left,
        coverage=float(of.open.amount / left) if left else None,
        chance=_reached(remaining, total),
    )


def _reached(remaining: Decimal, total: Distribution | None) -> float | None:
    if remaining <= 0:
        return 1.0
    return total.chance_of(float(remaining)) if total else None
