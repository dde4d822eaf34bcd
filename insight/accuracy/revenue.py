"""The scores of sums: what was said of a period beside what it brought."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from insight import scoring
from insight.accuracy.came import Came, Deals, Scored
from insight.accuracy.chances import ALL, grouped
from insight.pipeline import UNIT
from insight.snapshots.said import Said


@dataclass(frozen=True, slots=True)
class RevenueScore:
    """The sums that one forecaster said, in one currency: `n` of them, in so many snapshots, of so
    many periods. Those of one period overlap, so only the periods are independent.

    `wape`, `bias`, `pinball` and `width` are shares of what came. Without a group it is the whole
    revenue of the periods (of a judge: of those whom the judge spoke of); with one it is what was
    still to come, at the snapshot, from its open opportunities.
    """

    forecaster: str
    horizon: str
    group: str | None
    currency: str
    snapshots: int
    periods: int
    n: int
    said: float
    came: float
    wape: float | None
    bias: float | None
    pinball: float | None
    coverage: float | None
    width: float | None


class _Sum(NamedTuple):
    """One sum that was said, and what came."""

    snapshot: str
    period: str
    said: float
    came: float
    quantiles: tuple[float, ...]


Key = tuple[str | None, str, str, str]
"""Group, currency, horizon and forecaster."""


class Revenue:
    """Takes what came, snapshot by snapshot, and scores it."""

    def __init__(self, by: str | None) -> None:
        self._by = by
        self._sums: dict[Key, list[_Sum]] = {}

    def take(self, scored: Scored, deals: Deals, came: Came) -> None:
        """One snapshot and one of its periods."""
        found = self._open(scored, deals) if self._by else _whole(scored, came)
        for group, currency, forecaster, sum_ in found:
            for horizon in (scored.horizon, ALL):
                key = (group, currency, horizon, forecaster)
                self._sums.setdefault(key, []).append(sum_)

    def scores(self) -> list[RevenueScore]:
        """By group, currency, horizon and forecaster."""
        return [_score(key, sums) for key, sums in sorted(self._sums.items(), key=str)]

    def _open(self, scored: Scored, deals: Deals) -> Iterator[tuple[str | None, str, str, _Sum]]:
        """What the open ones of each group were to bring, and brought. Who says nothing of when
        speaks of those that are dated in the period."""
        amount = np.maximum(deals.columns["amount"].astype(np.float64), 0) * float(UNIT)
        currency = deals.columns["currency"].astype(str)
        for group, rows in grouped(deals, self._by):
            for each in np.unique(currency[rows]):
                some = rows[currency[rows] == each]
                if not each:
                    continue  # no sum was said of them
                for name, chance in deals.chances.items():
                    counts = 1.0 if name == "learned" else deals.dated[some]
                    said = float((amount[some] * chance[some] * counts).sum())
                    worth = float(deals.worth[some].sum())
                    told = _Sum(scored.kept.name, scored.period.label, said, worth, ())
                    yield group, str(each), name, told


def _whole(scored: Scored, came: Came) -> Iterator[tuple[str | None, str, str, _Sum]]:
    for each in scored.said:
        actual = came.revenue(scored.after, scored.until, each.currency, each.owners)
        sum_ = _Sum(
            *(scored.kept.name, scored.period.label, float(each.amount), actual),
            _quantiles(each),
        )
        yield None, each.currency, each.forecaster, sum_


def _quantiles(said: Said) -> tuple[float, ...]:
    told = (said.p10, said.p50, said.p90)
    return tuple(float(each) for each in told if each is not None)


def _score(key: Key, sums: list[_Sum]) -> RevenueScore:
    group, currency, horizon, forecaster = key
    said, came = (np.array([getattr(each, name) for each in sums]) for name in ("said", "came"))
    return RevenueScore(
        *(forecaster, horizon, group, currency),
        snapshots=_distinct(each.snapshot for each in sums),
        periods=_distinct(each.period for each in sums),
        n=len(sums),
        said=float(said.sum()),
        came=float(came.sum()),
        wape=scoring.wape(said, came),
        bias=scoring.bias(said, came),
        **_intervals(sums),
    )


def _intervals(sums: list[_Sum]) -> dict[str, Any]:
    some = [each for each in sums if len(each.quantiles) == len(scoring.LEVELS)]
    if not some:
        return dict.fromkeys(("pinball", "coverage", "width"))
    came = np.array([each.came for each in some])
    stated = np.array([each.quantiles for each in some]).T
    return {
        "pinball": scoring.pinball_over(dict(zip(scoring.LEVELS, stated, strict=True)), came),
        "coverage": scoring.coverage(stated[0], stated[-1], came),
        "width": scoring.width(stated[0], stated[-1], came),
    }


def _distinct(names: Iterable[str]) -> int:
    return len(set(names))
