"""How good a forecast was, in the measures of the field, each with where its formula is from.

`p` are stated probabilities, `won` what came true (true or 1); `forecast`, `low` and `high` are
sums, `actual` what they came to. A measure that nothing can be said by is None: there was nothing
to measure, or nothing to measure it against. Pure numpy.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLIP: Final = 1e-4
"""No probability counts as nearer to 0 or 1 than this in the log loss, where one single mistake
would otherwise count without a limit."""
BINS: Final = 10
LEVELS: Final = (0.1, 0.5, 0.9)
"""The quantiles that a forecast states."""

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """Forecasts that said nearly the same: the least and the most of what they said, its mean, the
    share that came true, and how many there were and came true."""

    least: float
    most: float
    said: float
    came: float
    n: int
    won: int


def brier(p: ArrayLike, won: ArrayLike) -> float | None:
    """The mean squared error of probabilities (Brier 1950, in the form for one event). 0 is the
    best, and a constant p has at least its base rate's variance."""
    said, came = _floats(p), _floats(won)
    return _mean((said - came) ** 2)


def log_loss(p: ArrayLike, won: ArrayLike, clip: float = CLIP) -> float | None:
    """The mean of minus the logarithm of the probability of what came true (Good 1952)."""
    said, came = np.clip(_floats(p), clip, 1 - clip), _floats(won)
    return _mean(-(came * np.log(said) + (1 - came) * np.log1p(-said)))


def skill(score: float | None, reference: float | None) -> float | None:
    """Which share of the reference's loss is avoided (Murphy 1988): 1 is perfect, 0 no better."""
    if score is None or not reference:
        return None
    return 1 - score / reference


def auc(p: ArrayLike, won: ArrayLike) -> float | None:
    """How often one that was won had been given more than one that was not, half a time where it
    was given the same: the area under the ROC curve, by midranks (Hanley and McNeil 1982). Says
    nothing of the level of p."""
    said, came = _floats(p), _floats(won) > 0
    wins, others = int(came.sum()), int((~came).sum())
    if not wins or not others:
        return None
    _, where, counts = np.unique(said, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    midranks = (last - (counts - 1) / 2)[where]
    return float((midranks[came].sum() - wins * (wins + 1) / 2) / (wins * others))


def calibration(p: ArrayLike, won: ArrayLike, bins: int = BINS) -> list[Bin]:
    """What was said beside what came true, in bins of equal mass; what was given the same
    probability stays together, so there may be fewer of them."""
    said, came = _floats(p), _floats(won)
    if not len(said):
        return []
    bin_, count = _binned(said, bins)
    n, wins = np.bincount(bin_, minlength=count), np.bincount(bin_, came, count)
    sums = np.bincount(bin_, said, count)
    return [
        Bin(
            least=float(said[bin_ == i].min()),
            most=float(said[bin_ == i].max()),
            said=float(sums[i] / n[i]),
            came=float(wins[i] / n[i]),
            n=int(n[i]),
            won=int(wins[i]),
        )
        for i in np.flatnonzero(n)
    ]


def ece(p: ArrayLike, won: ArrayLike, bins: int = BINS) -> float | None:
    """The expected calibration error (Naeini, Cooper and Hauskrecht 2015) over bins of equal mass:
    the mean distance between what was said and what came true, bin by bin."""
    table = calibration(p, won, bins)
    total = sum(each.n for each in table)
    return sum(each.n * abs(each.said - each.came) for each in table) / total if total else None


def wape(forecast: ArrayLike, actual: ArrayLike) -> float | None:
    """The sum of the absolute errors over the sum of what came (Kolassa and Schuetz 2007), which
    unlike a mean of percentages survives a small month."""
    said, came = _floats(forecast), _floats(actual)
    return _ratio(np.abs(said - came).sum(), came.sum())


def bias(forecast: ArrayLike, actual: ArrayLike) -> float | None:
    """The sum of the errors over the sum of what came; above 0 was said too much."""
    said, came = _floats(forecast), _floats(actual)
    return _ratio((said - came).sum(), came.sum())


def pinball(quantile: ArrayLike, actual: ArrayLike, level: float) -> float | None:
    """The mean loss of a stated quantile (Koenker and Bassett 1978), in the unit of the sums; its
    least value is reached by the true quantile of that level."""
    above = _floats(actual) - _floats(quantile)
    return _mean(np.maximum(level * above, (level - 1) * above))


def pinball_over(quantiles: Mapping[float, ArrayLike], actual: ArrayLike) -> float | None:
    """The mean of the losses of several quantiles, over the mean of what came: a share like WAPE.
    Over many levels it would be half the continuous ranked probability score."""
    losses = [pinball(said, actual, level) for level, said in quantiles.items()]
    known = [each for each in losses if each is not None]
    return _ratio(sum(known) / len(known), float(_floats(actual).mean())) if known else None


def coverage(low: ArrayLike, high: ArrayLike, actual: ArrayLike) -> float | None:
    """How often what came lay in the stated interval, its ends included."""
    came = _floats(actual)
    return _mean((_floats(low) <= came) & (came <= _floats(high)))


def width(low: ArrayLike, high: ArrayLike, actual: ArrayLike) -> float | None:
    """How wide the intervals were in all, over the sum of what came: a coverage is worth little
    where this is large."""
    return _ratio((_floats(high) - _floats(low)).sum(), _floats(actual).sum())


def _binned(said: Floats, bins: int) -> tuple[NDArray[np.intp], int]:
    """For each the number of its bin, and how many bins there are: their borders are quantiles,
    and equal ones are one."""
    borders = np.unique(np.quantile(said, np.linspace(0, 1, bins + 1)))
    count = max(len(borders) - 1, 1)
    return np.clip(np.searchsorted(borders, said, "right") - 1, 0, count - 1), count


def _floats(values: ArrayLike | Sequence[float]) -> Floats:
    return np.asarray(values, np.float64)


def _mean(values: NDArray[np.generic]) -> float | None:
    return float(np.mean(values.astype(np.float64))) if len(values) else None


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
