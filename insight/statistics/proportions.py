"""Shares of a whole, their differences and odds, each with its interval.

Every function takes numbers or arrays. The intervals are of 95 % unless another `z` is given.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

Z: Final = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True)
class Share:
    """A part of a whole of `n`, with its interval; None where the whole is nothing."""

    part: float
    n: float
    rate: float | None
    low: float | None
    high: float | None


def share(part: float, n: float) -> Share:
    """The share with Wilson's interval."""
    if n <= 0:
        return Share(part, n, None, None, None)
    low, high = wilson(part, n)
    return Share(part, n, part / n, float(low), float(high))


def weighted_share(which: NDArray[np.bool_], weights: Floats) -> Share:
    """The share of the weights that lie in `which`.

    Its interval is Wilson's at as many equal cases as tell as much: (sum w)^2 / sum w^2 (Kish,
    Survey Sampling, 1965). `part` and `n` are sums of weights.
    """
    whole, part = float(weights.sum()), float(weights[which].sum())
    if whole <= 0:
        return Share(part, whole, None, None, None)
    rate = part / whole
    effective = whole**2 / float((weights**2).sum())
    low, high = wilson(rate * effective, effective)
    return Share(part, whole, rate, float(low), float(high))


def wilson(part: ArrayLike, n: ArrayLike, z: float = Z) -> tuple[Floats, Floats]:
    """The score interval (E. B. Wilson, JASA 22, 1927); NaN where n is 0."""
    k, n = np.asarray(part, np.float64), np.asarray(n, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, scale = k / n, 1 + z * z / n
        middle = (rate + z * z / (2 * n)) / scale
        half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / scale
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def difference(
    part: ArrayLike, n: ArrayLike, other: ArrayLike, m: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """part/n - other/m and its interval, from the two of Wilson (R. G. Newcombe, Statistics in
    Medicine 17, 1998, method 10)."""
    p, q = (
        np.asarray(k, np.float64) / np.asarray(of, np.float64) for k, of in ((part, n), (other, m))
    )
    (low, high), (below, above) = wilson(part, n), wilson(other, m)
    return (
        p - q,
        p - q - np.sqrt((p - low) ** 2 + (above - q) ** 2),
        p - q + np.sqrt((high - p) ** 2 + (q - below) ** 2),
    )


def odds_ratio(
    part: ArrayLike, n: ArrayLike, other: ArrayLike, m: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """The odds in the first against those in the second, with the interval of B. Woolf (Annals of
    Human Genetics 19, 1955); half a case is added to each cell (J. B. S. Haldane, ibid. 20, 1956),
    so that an empty one does no harm."""
    a, c = np.asarray(part, np.float64) + 0.5, np.asarray(other, np.float64) + 0.5
    b, d = np.asarray(n, np.float64) + 1 - a, np.asarray(m, np.float64) + 1 - c
    log = np.log(a * d / (b * c))
    half = Z * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return np.exp(log), np.exp(log - half), np.exp(log + half)


def shrunken(part: ArrayLike, n: ArrayLike) -> Floats:
    """The rates of many groups, each drawn to the mean of all by as much as chance explains.

    Beta-binomial, its spread by moments (A. C. Kleinman, JASA 68, 1973). Groups that differ by no
    more than chance all get the mean. NaN where there is nothing at all.
    """
    k, n = np.asarray(part, np.float64), np.asarray(n, np.float64)
    whole, groups = n.sum(), int((n > 0).sum())
    if whole <= 0:
        return np.full(n.shape, np.nan)
    mean = k.sum() / whole
    rates = np.divide(k, n, out=np.full(n.shape, mean), where=n > 0)
    spread = float((n * (rates - mean) ** 2).sum())
    chance, size = mean * (1 - mean), whole - (n**2).sum() / whole
    excess = spread - chance * (groups - 1)
    if excess <= 0 or chance <= 0:
        return np.full(n.shape, mean)
    prior = max(chance * (size - (groups - 1)) / excess - 1, 0.0)
    found = np.full(n.shape, mean)
    np.divide(k + prior * mean, n + prior, out=found, where=n + prior > 0)
    return found
