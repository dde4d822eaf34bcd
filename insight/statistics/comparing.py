"""Whether two groups differ by more than chance, and what is left of that after many questions."""

from math import sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insight.statistics.proportions import Z

Floats = NDArray[np.float64]

LEAST_EXPECTED: Final = 5.0
"""Below this in any cell chi-square is no guide (W. G. Cochran, Biometrics 10, 1954)."""
ROUNDING: Final = 1e-7
"""Tables whose chances differ by less are as likely as each other; scipy has it so too."""


class Association(NamedTuple):
    """Pearson's chi-square over a table, and Cramer's V: 0 is nothing, 1 is everything."""

    chi2: float
    freedom: int
    p: float
    v: float


class Ordered(NamedTuple):
    """How often a value of the first group exceeds one of the second, ties counting half."""

    chance: float
    low: float
    high: float
    p: float


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """For each p the share of false findings that calling it one would accept (Y. Benjamini,
    Y. Hochberg, JRSS B 57, 1995)."""
    p = np.asarray(p, np.float64)
    order = np.argsort(-p, kind="stable")
    rank = np.arange(p.size, 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(p[order] * p.size / rank), 1)
    return q


def two_by_two(part: ArrayLike, n: ArrayLike, other: ArrayLike, m: ArrayLike) -> Floats:
    """The p of part/n against other/m: chi-square without correction, or Fisher's exact test where
    a cell expects too few. Takes arrays."""
    a, n, c, m = (np.atleast_1d(np.asarray(each, np.float64)) for each in (part, n, other, m))
    won, whole = a + c, n + m
    lost = whole - won
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = (a * (m - c) - (n - a) * c) ** 2 * whole / (n * m * won * lost)
    p = _chi2_tail(np.where(np.isfinite(chi2), chi2, 0), 1)
    least = np.minimum(n, m) * np.minimum(won, lost) / whole
    for i in np.flatnonzero((least < LEAST_EXPECTED) & (least > 0)):
        p[i] = fisher(int(a[i]), int(n[i]), int(c[i]), int(m[i]))
    return p


def fisher(part: int, n: int, other: int, m: int) -> float:
    """Fisher's exact test, two-sided: how likely a table is that is no likelier than this one, its
    margins given (R. A. Fisher, JRSS 98, 1935)."""
    from scipy.special import gammaln

    won = part + other
    cells = np.arange(max(0, won - m), min(won, n) + 1)

    def ways(of: int, some: NDArray[Any]) -> Floats:
        found: Floats = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        return found

    log = ways(n, cells) + ways(m, won - cells) - ways(n + m, np.array(won))
    here = log[part - cells[0]]
    return float(min(np.exp(log[log <= here + ROUNDING]).sum(), 1))


def association(table: ArrayLike) -> Association | None:
    """Pearson's chi-square (1900) over a table of counts, and Cramer's V (1946); nothing where a
    table has less than two rows or columns that hold anything."""
    counts = np.asarray(table, np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, columns = counts.shape
    if min(rows, columns) < 2:
        return None
    whole = counts.sum()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / whole
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    freedom = (rows - 1) * (columns - 1)
    v = sqrt(chi2 / (whole * (min(rows, columns) - 1)))
    return Association(chi2, freedom, float(_chi2_tail(np.array(chi2), freedom)), v)


def exceeding(some: Floats, others: Floats) -> Ordered | None:
    """Mann and Whitney's test (Annals of Mathematical Statistics 18, 1947) by its normal
    approximation with ties, and the chance itself with the interval of Hanley and McNeil
    (Radiology 143, 1982); nothing where a group is empty or all values are equal."""
    n, m = some.size, others.size
    if not (n and m):
        return None
    _, place, count = np.unique(
        np.concatenate([some, others]), return_inverse=True, return_counts=True
    )
    if count.size < 2:
        return None
    middle = np.cumsum(count) - (count - 1) / 2
    wins = float(middle[place[:n]].sum()) - n * (n + 1) / 2
    whole = n + m
    ties = float((count.astype(np.float64) ** 3 - count).sum()) / (whole * (whole - 1))
    spread = sqrt(n * m / 12 * (whole + 1 - ties))
    from scipy.special import ndtr

    away = max(abs(wins - n * m / 2) - 0.5, 0) / spread  # half a step, as what is counted is whole
    chance = wins / (n * m)
    first, second = chance / (2 - chance), 2 * chance**2 / (1 + chance)
    variance = (
        chance * (1 - chance) + (n - 1) * (first - chance**2) + (m - 1) * (second - chance**2)
    )
    half = Z * sqrt(max(variance, 0) / (n * m))
    low, high = max(chance - half, 0.0), min(chance + half, 1.0)
    return Ordered(chance, low, high, float(2 * ndtr(-away)))


def _chi2_tail(value: Floats, freedom: int) -> Floats:
    from scipy.special import chdtrc

    found: Floats = np.array(chdtrc(freedom, value), np.float64)
    return found
