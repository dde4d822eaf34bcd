"""What every forecaster said of one period, in each currency."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np

from insight.forecast.deals import COLUMNS, LIKELY, Deals, bounds, deals_of
from insight.forecast.expectation import Expectation, expectation
from insight.forecast.forecasting import Ground
from insight.forecast.groups import whole
from insight.forecast.report import Line
from insight.forecast.rolling import Rolling
from insight.forecast.targets import Measures
from insight.judgements import categories, submissions
from insight.learned import Learned
from insight.past import Floats
from insight.snapshots.baselines import run_rate, seasonal
from sales.calendar import Period
from sales.owner import Owners, tree

CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal(0)
Sums = dict[str, Decimal]
"""By currency."""
FORECASTERS: Final = (
    *("learned", "stage_weighted", "vendor", "global_rate"),
    *("seasonal_naive", "run_rate", "commit", "best_case", "pipeline"),
)
"""In this order they are shown; behind them come those who judge, as `judge:` and their name.

`learned` says a mean and quantiles, all others one number. `commit`, `best_case` and `pipeline`
are what is won with everything that is as sure or surer. `vendor` weighs by a widely used CRM's
default chances, `global_rate` by the share of all ends that were won."""
JUDGE: Final = "judge:"


@dataclass(frozen=True, slots=True)
class Said:
    """What a forecaster said will be won in a period once it is over, in one currency, with what
    had been won already. Of the whole, or of what these owners win."""

    period: str
    forecaster: str
    currency: str
    amount: Decimal
    p10: Decimal | None = None
    p50: Decimal | None = None
    p90: Decimal | None = None
    owners: tuple[str, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON; what is not said is left out."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        return {n: str(v) if isinstance(v, Decimal) else v for n, v in told.items()}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Said":
        """What `plain` made."""
        sums = {n: Decimal(plain[n]) for n in ("amount", "p10", "p50", "p90") if n in plain}
        owners = tuple(plain["owners"]) if "owners" in plain else None
        return cls(**{**plain, **sums, "owners": owners})


@dataclass(frozen=True, slots=True)
class Outlook:
    """The opportunities that matter to a period, and what was learned to expect of them."""

    days: Period
    deals: Deals
    expected: Expectation


def outlook(on: Ground, days: Period, learned: Learned) -> Outlook:
    """That of a period."""
    deals = deals_of(on.past, on.as_of, days, on.calendar, categories(on.judged))
    return Outlook(days, deals, expectation(learned, deals, *bounds(days, on.calendar)))


def said_of(on: Ground, outlook: Outlook, chances: Mapping[str, Floats]) -> Iterator[Said]:
    """Everything that is said of a period. `chances` are the ones that other forecasters give the
    open opportunities, by their names."""
    days, deals, closed = outlook.days, outlook.deals, Sums()
    rolling = Rolling(deals, outlook.expected, Measures({}, {}))
    for line in rolling.lines(whole(deals), new=True):
        if line.currency is not None:
            closed[line.currency] = line.columns.closed
            yield from _rolled(days.label, line, line.currency)
    for forecaster, chance in chances.items():
        for currency, more in _weighed(deals, chance).items():
            yield Said(
                days.label, forecaster, currency, closed.get(currency, NOTHING) + _money(more)
            )
    since, until = bounds(days, on.calendar)
    instant = on.as_of.timestamp()
    for forecaster, rule in (("seasonal_naive", seasonal), ("run_rate", run_rate)):
        coming = rule(on.past, instant, max(since, instant), until)
        if coming is None:
            continue
        for currency in sorted({*closed, *coming}):
            total = closed.get(currency, NOTHING) + _money(coming.get(currency, 0.0))
            yield Said(days.label, forecaster, currency, total)
    yield from _judged(on, days)


def _rolled(period: str, line: Line, currency: str) -> Iterator[Said]:
    columns, learned = line.columns, line.outlook
    yield Said(period, "stage_weighted", currency, columns.closed + columns.weighted)
    for name in LIKELY:
        yield Said(period, name, currency, columns.cumulative[name])
    if learned:
        quantiles = (learned.p10, learned.p50, learned.p90)
        yield Said(period, "learned", currency, learned.expected, *quantiles)


def _weighed(deals: Deals, chance: Floats) -> dict[str, float]:
    """What is open and dated in the period, weighed by those chances."""
    likely = np.isin(deals.column[deals.open], [COLUMNS.index(name) for name in LIKELY])
    amount = np.nan_to_num(deals.amount[deals.open]) * likely * chance
    sums = np.bincount(deals.currency[deals.open], amount, len(deals.currencies))
    return {name: float(sums[i]) for i, name in enumerate(deals.currencies) if name}


def _judged(on: Ground, days: Period) -> Iterator[Said]:
    """What people submitted for exactly these days, each for an owner and everybody below."""
    for each in submissions(on.judged):
        if (each.first, each.last) == (days.first, days.last) and each.amount is not None:
            yield Said(
                *(days.label, f"{JUDGE}{each.by}", each.currency, each.amount),
                owners=_below(each.owner, on.owners),
            )


def _below(owner: str, owners: Owners) -> tuple[str, ...]:
    found = {owner}
    for _, each in tree(owners):  # managers come before those who report to them
        if each.manager in found:
            found.add(each.id)
    return tuple(sorted(found))


def _money(sum_: float) -> Decimal:
    return Decimal(repr(float(sum_))).quantize(CENT)
