"""By which age which end has come, where ends compete and some are not over yet.

Ages and entries as in `insight.statistics.survival`. Counting the other ends as censored would ask
what happened if they did not exist; here they do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight.statistics.proportions import Z
from insight.statistics.survival import Floats, at_risk


@dataclass(frozen=True)
class Incidence:
    """At each of `times`: `reached[k]` is the share that has come to end k by then, `staying` the
    share that has come to none; together they are one. `variance` is that of `reached`."""

    times: Floats
    at_risk: NDArray[np.int64]
    reached: Floats
    staying: Floats
    variance: Floats
    seen: int
    """How many were watched at all."""

    def by(self, age: float) -> Floats:
        """The share that has come to each end by that age."""
        i = self._last(age)
        return self.reached[:, i] if i >= 0 else np.zeros(len(self.reached))

    def interval(self, age: float) -> tuple[Floats, Floats]:
        """The interval of each share at that age, on the scale of log(-log)."""
        i = self._last(age)
        if i < 0:
            return np.zeros(len(self.reached)), np.ones(len(self.reached))
        rest, spread = 1 - self.reached[:, i], np.sqrt(self.variance[:, i])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            half = Z * spread / (rest * -np.log(rest))
            low, high = 1 - rest ** np.exp(-half), 1 - rest ** np.exp(half)
        sure = (rest <= 0) | (rest >= 1) | ~np.isfinite(half)
        return np.where(sure, 1 - rest, low), np.where(sure, 1 - rest, high)

    def _last(self, age: float) -> int:
        return int(np.searchsorted(self.times, age, side="right")) - 1


def aalen_johansen(entry: Floats, exit: Floats, end: NDArray[np.int8], ends: int) -> Incidence:
    """The cumulative incidence of each of `ends` competing ends (O. Aalen, S. Johansen,
    Scandinavian Journal of Statistics 5, 1978), with delayed entry; `end` is 0 for what is not
    over and else 1 to `ends`.

    The variance is of Greenwood's type (A. Allignol, M. Schumacher, J. Beyersmann, Biometrical
    Journal 52, 2010); where all are seen from the beginning to the end it is the binomial's.
    """
    seen = exit > entry
    entry, exit, end = entry[seen], exit[seen], end[seen]
    times, place = np.unique(exit[end > 0], return_inverse=True)
    counts = np.zeros((ends, times.size))
    np.add.at(counts, (end[end > 0] - 1, place), 1)
    n, all_ = at_risk(entry, exit, times), counts.sum(axis=0)
    staying = np.cumprod(1 - all_ / n)
    before = np.concatenate([[1.0], staying[:-1]])[: times.size]
    reached = np.cumsum(before * counts / n, axis=1)
    variance = _variance(n.astype(np.float64), counts, all_, before, reached)
    return Incidence(times, n, reached, staying, variance, int(seen.sum()))


def _variance(n: Floats, counts: Floats, all_: Floats, before: Floats, reached: Floats) -> Floats:
    """Over s <= t, sum (F(t) - F(s))^2 d/(n(n-d)) + S^2 k(n-k)/n^3 - 2 (F(t) - F(s)) S k/n^2, with
    all d and the k of this end among n at s, and S just before s; each part as running sums."""
    last = n <= all_  # nothing comes behind it, so F(t) - F(s) is 0 there
    weight = np.divide(all_, n * (n - all_), out=np.zeros_like(n), where=~last)
    own = before**2 * counts * (n - counts) / n**3
    cross = before * counts / n**2
    square = reached**2 * np.cumsum(weight) - 2 * reached * np.cumsum(weight * reached, axis=1)
    square += np.cumsum(weight * reached**2, axis=1)
    product = reached * np.cumsum(cross, axis=1) - np.cumsum(cross * reached, axis=1)
    found: Floats = np.maximum(square + np.cumsum(own, axis=1) - 2 * product, 0)
    return found
