"""Lines of a forecast: for each group and currency the columns, what is expected, and the quota."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from insight.forecast.deals import CLOSED, NO_CURRENCY, Deals
from insight.forecast.expectation import Expectation
from insight.forecast.groups import Group, Grouping
from insight.forecast.report import Against, Line, Outlook, Submitted
from insight.forecast.sums import CENT, NOTHING, Columns, Sums, columns
from insight.forecast.targets import Measures, Target
from insight.forecast.totals import total_of
from insight.learned.distribution import Distribution, distribution
from insight.learned.learned import NO_SHOCK
from insight.past import Codes, Indexes


class Rolling:
    """Makes the lines of one forecast."""

    def __init__(self, deals: Deals, expected: Expectation, told: Measures) -> None:
        self._deals, self._expected, self._told = deals, expected, told
        self._uncertain = deals.column[deals.open] > CLOSED
        self._unsized = np.isnan(deals.amount[deals.open])

    def lines(self, grouping: Grouping, new: bool = False) -> list[Line]:
        """A line for each group and each currency in which it has anything or is to win anything;
        with `new`, what is expected has in it the business that is not yet in the pipeline."""
        sums = Sums(self._deals, grouping)
        among = Members(grouping.codes[self._deals.open])
        return [
            line
            for group in grouping.groups
            for line in self._of(group, among, sums.of(group), new)
        ]

    def _of(
        self, group: Group, among: "Members", found: dict[str | None, Columns], new: bool
    ) -> Iterator[Line]:
        measured = (*self._told.quotas, *self._told.submitted)
        wanted = {currency for whose, currency in measured if whose == group.whose}
        theirs = among.of(group)
        theirs = theirs[self._uncertain[theirs]]
        hoped = theirs[self._expected.won[theirs] * self._expected.worth[theirs] > 0]
        wanted |= {self._expected.coins[code] for code in np.unique(self._expected.coin[hoped])}
        wanted |= self._expected.coming.keys() if new else set()
        currencies = found.keys() | (wanted - {NO_CURRENCY})
        for currency in sorted(currencies, key=lambda each: (each is None, each)):
            of = found.get(currency) or columns(currency, NOTHING, Decimal(0))
            yield self._line(group, of, theirs, new)

    def _line(self, group: Group, of: Columns, theirs: Indexes, new: bool) -> Line:
        outlook, total = None, None
        if of.currency is not None:
            outlook, total = self._outlook(of, theirs, new)
        quota = self._told.quotas.get((group.whose, of.currency or ""))
        said = self._told.submitted.get((group.whose, of.currency or ""))
        return Line(
            *(group.whose, group.depth, of.currency, of, outlook),
            _against(of, quota, total) if quota else None,
            Submitted(said.amount, said.by, said.reason or "") if said and said.amount else None,
        )

    def _outlook(self, of: Columns, theirs: Indexes, new: bool) -> tuple[Outlook, Distribution]:
        expected, currency = self._expected, of.currency or ""
        codes = [i for i, each in enumerate(expected.coins) if each == currency]
        some = theirs[np.isin(expected.coin[theirs], codes)]
        chance, worth = expected.won[some], expected.worth[some]
        coming = expected.coming.get(currency) if new else None
        shock = expected.shock.get(currency, NO_SHOCK)
        total = (
            distribution(chance, worth, coming, shock) if new else total_of(chance, worth, shock)
        )
        low, middle, high = (money(total.quantile(share)) + of.closed for share in (0.1, 0.5, 0.9))
        unsized = self._unsized[some]
        open_ = money(float(chance @ worth))
        more = money(coming.wins * float(coming.amounts.mean())) if coming else None
        return Outlook(
            wins=float(chance.sum()),
            open=open_,
            unsized=money(float(chance[unsized] @ worth[unsized])),
            new=more,
            expected=of.closed + open_ + (more or 0),  # to the cent what it is made of
            p10=low,
            p50=middle,
            p90=high,
        ), total


class Members:
    """The open opportunities of each group, found without looking at all of them again."""

    def __init__(self, codes: Codes) -> None:
        self._order = np.argsort(codes, kind="stable")
        size = int(codes.max(initial=-1)) + 1
        self._starts = np.searchsorted(codes[self._order], np.arange(size + 1))

    def of(self, group: Group) -> Indexes:
        """Their positions among those that are open."""
        last = len(self._starts) - 1
        known = [code for code in group.members if code < last]  # the rest has nothing open
        parts = [self._order[self._starts[code] : self._starts[code + 1]] for code in known]
        return np.concatenate([np.zeros(0, np.intp), *parts])


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
