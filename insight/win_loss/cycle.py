"""How long it takes to each end, with those that are still open."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from insight.past import OUTCOMES
from insight.statistics.incidence import aalen_johansen
from insight.statistics.survival import kaplan_meier
from insight.win_loss.cases import ENDED, Cases

AGES = (7, 14, 30, 60, 90, 120, 180, 270, 365, 540, 730)
"""At which ages, in days, the curves are told."""


@dataclass(frozen=True)
class Took:
    """The days that it took those that ended so; their middle half lies between the quartiles."""

    outcome: str
    n: int
    first_quarter: float | None
    median: float | None
    third_quarter: float | None


@dataclass(frozen=True)
class Reached:
    """By an age, the share of all that came to each end, with the interval of the wins, and the
    share that is open; `watched` were at risk then."""

    age: float
    watched: int
    won: float
    low: float
    high: float
    lost: float
    expired: float
    withdrawn: float
    open: float


@dataclass(frozen=True)
class Cycle:
    """`median` is the age by which half have ended in any way (Kaplan and Meier), with its
    interval. `watched_from` is set where the record begins late (`Cases.watched_from`)."""

    median: float | None
    low: float | None
    high: float | None
    n: int
    open: int
    took: list[Took]
    reached: list[Reached]
    watched_from: datetime | None


def cycle(cases: Cases) -> Cycle:
    """From the opening to the end: of those that ended as it was, of all as it will be."""
    entry, left = cases.watched(cases.opened, cases.closed)
    end = np.where(cases.closed <= cases.until, cases.outcome, 0).astype(np.int8)
    whole = kaplan_meier(entry, left, end > 0)
    curve = aalen_johansen(entry, left, end, len(ENDED))
    seen = left > entry
    last = float(curve.times[-1]) if curve.times.size else 0.0  # nothing moves behind it
    reached = []
    for age in [*(age for age in AGES if age < last), *([last] if last else [])]:
        by, (low, high) = curve.by(age), curve.interval(age)
        watched = int((seen & (left >= age) & (entry < age)).sum())
        won, lost, expired, withdrawn = map(float, by)
        interval = float(low[0]), float(high[0])
        open_ = max(1 - float(by.sum()), 0.0)
        reached.append(Reached(age, watched, won, *interval, lost, expired, withdrawn, open_))
    late = cases.watched_from
    waiting = int((seen & (end == 0)).sum())
    began = None if np.isinf(late) else datetime.fromtimestamp(late, UTC)
    return Cycle(*whole.quantile(), curve.seen, waiting, _took(cases), reached, began)


def _took(cases: Cases) -> list[Took]:
    found = []
    for code, name in enumerate(OUTCOMES[1:], start=1):
        days = cases.days[cases.ended & (cases.outcome == code)]
        quarters = map(float, np.quantile(days, (0.25, 0.5, 0.75))) if days.size else (None,) * 3
        found.append(Took(name, int(days.size), *quarters))
    return found
