"""The win rates that are in use, each by its name: they answer different questions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from insight.past import OUTCOMES
from insight.statistics.incidence import aalen_johansen
from insight.statistics.proportions import Share, share, weighted_share
from insight.win_loss.cases import ENDED, LOST, WON, Cases
from insight.win_loss.money import Money


@dataclass(frozen=True)
class Rate:
    """One win rate: what it divides by what. Of values `part` and `n` are sums in `currency`."""

    name: str
    of: str
    share: Share
    currency: str | None = None


@dataclass(frozen=True)
class Horizon:
    """Of those open at an age, the share that comes to each end within so many days more."""

    age: float
    days: float
    open: int
    """How many were watched beyond that age."""
    won: Share
    others: dict[str, float]


def rates(cases: Cases, money: Money) -> list[Rate]:
    """All that need no model, side by side."""
    counts = np.bincount(cases.outcome[cases.ended], minlength=len(OUTCOMES))
    won, lost, resolved = int(counts[WON]), int(counts[LOST]), int(counts[1:].sum())
    begun = (cases.since <= cases.opened) & (cases.opened <= cases.until)
    cohort = share(int((begun & (cases.outcome == WON) & ~cases.open).sum()), int(begun.sum()))
    return [
        Rate("decided", "won of won and lost", share(won, won + lost)),
        Rate("resolved", "won of all that ended", share(won, resolved)),
        Rate("cohort", "won so far of all that began", cohort),
        *_by_value(cases, money),
    ]


def _by_value(cases: Cases, money: Money) -> Iterator[Rate]:
    for currency, amounts in money.by_currency():
        some = cases.ended & (amounts > 0)
        found = weighted_share(cases.won[some], amounts[some])
        yield Rate("value", "sums won of all that ended", found, currency)


def horizon(cases: Cases, ages: list[float], days: float) -> list[Horizon]:
    """The chance to be won within `days` more, of what is open at each of the ages: Aalen and
    Johansen's estimate from that age on. Ages at which nobody was watched are left out."""
    entry, left = cases.watched(cases.opened, cases.closed)
    end = np.where(cases.closed <= cases.until, cases.outcome, 0).astype(np.int8)
    found = []
    for age in ages:
        beyond = left > age if age > 0 else left >= 0
        since = np.maximum(entry, age) if age > 0 else entry
        curve = aalen_johansen(since[beyond], left[beyond], end[beyond], len(ENDED))
        if not curve.seen:
            continue
        by, (low, high) = curve.by(age + days), curve.interval(age + days)
        whole = Share(
            *(float(by[0] * curve.seen), curve.seen, float(by[0])), float(low[0]), float(high[0])
        )
        others = {name: float(each) for name, each in zip(ENDED[1:], by[1:], strict=True)}
        found.append(Horizon(age, days, curve.seen, whole, others))
    return found
