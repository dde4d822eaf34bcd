"""The race for the amount won in a window: the pipeline with new business against naive forecasts.

What is used is their mean, weighted by how near each had come in the windows that had passed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.learned.arrivals import QUARTER
from insight.learned.money import Money
from insight.past import Floats

NAIVE: Final = ("run rate", "run rate of a quarter", "a quarter back", "a year back")
RUNNERS: Final = ("pipeline", *NAIVE)
FIFTY_TWO_WEEKS: Final = 364
BELIEF: Final = 0.25
DOUBT: Final = 0.3
"""Before it has run, each is believed to be wrong by 30 %, as if in a quarter of a window."""
SHARP: Final = 5.0
"""Weights go with this power of one over the mean squared error."""
SHOCK: Final = 0.04
SHOCK_BELIEF: Final = 50.0
"""The common shock is believed to be 4 %, as if seen in fifty windows: a few that overlap say
little about a variance."""


@dataclass(frozen=True)
class Run:
    """One past window: what each had forecast (runners, currencies), NaN where it could not, what
    was won (currencies), the relative variance of the pipeline, and how much the window counts.

    It began on `day` and had `length` days; `whole` says whether that was all of it.
    """

    day: int
    length: int
    whole: bool
    forecast: Floats
    actual: Floats
    variance: Floats
    count: float


def naive(money: Money, day: int, within: int, first: int) -> Floats:
    """The naive forecasts (naive, currencies); NaN where the record does not reach back so far."""
    quarter = max(QUARTER, within)
    back = QUARTER * -(-within // QUARTER)
    year = FIFTY_TWO_WEEKS * -(-within // FIFTY_TWO_WEEKS)
    spans = (
        (day - within, day, 1.0),
        (day - quarter, day, within / quarter),
        (day - back, day - back + within, 1.0),
        (day - year, day - year + within, 1.0),
    )
    missing = np.full(len(money.currencies), np.nan)
    return np.stack(
        [money.booked(a, b) * scale if a >= first - 1 else missing for a, b, scale in spans]
    )


def error(forecast: Floats, actual: Floats) -> Floats:
    """Twice the difference over the sum: near the logarithm of the ratio, and never beyond 2."""
    total = forecast + actual
    return np.asarray(
        np.where(total > 0, 2 * (actual - forecast) / np.where(total > 0, total, 1.0), 0.0)
    )


def weights(runs: list[Run], forecast: Floats) -> Floats:
    """What each forecast (runners, currencies) is worth; sums to one for each currency."""
    total = np.full(forecast.shape, BELIEF * DOUBT**2)
    count = np.full(forecast.shape, BELIEF)
    for run in runs:
        ran = ~np.isnan(run.forecast)
        wrong = error(np.nan_to_num(run.forecast), run.actual[None])
        total += np.where(ran, run.count * wrong**2, 0.0)
        count += np.where(ran, run.count, 0.0)
    found = np.where(np.isnan(forecast), 0.0, (count / total) ** SHARP)
    return np.asarray(found / found.sum(0))


def settled(forecast: Floats, weight: Floats) -> Floats:
    """The weighted mean of the forecasts, by currency."""
    return np.asarray((np.nan_to_num(forecast) * weight).sum(0))


def shock(runs: list[Run]) -> Floats:
    """How far whole windows strayed in common beyond what chance explains, as the standard
    deviation of a factor, by currency. Each is forecast as it would have been then."""
    size = runs[0].actual.shape if runs else (0,)
    total, count = np.full(size, SHOCK_BELIEF * SHOCK**2), SHOCK_BELIEF
    for run in runs:
        if run.whole:
            before = [each for each in runs if each.whole and each.day + each.length <= run.day]
            said = settled(run.forecast, weights(before, run.forecast))
            total += run.count * (error(said, run.actual) ** 2 - run.variance)
            count += run.count
    return np.asarray(np.sqrt(np.maximum(total / count, (SHOCK / 4) ** 2)))
