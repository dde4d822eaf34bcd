"""How good forecasts were: proper scores of chances and of amounts."""

from typing import Final

import numpy as np

from insight.past import Floats, Mask

BINS: Final = 10


def brier(won: Mask, chance: Floats) -> float:
    """The mean squared error of chances (Brier, 1950)."""
    return float(np.mean((chance - won) ** 2))


def auc(won: Mask, chance: Floats) -> float:
    """The chance that who was won had the greater one: the rank sum of Mann and Whitney."""
    both = int(won.sum()), int((~won).sum())
    if not all(both):
        return 0.5
    _, inverse, count = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[inverse]
    return float((rank[won].sum() - both[0] * (both[0] + 1) / 2) / (both[0] * both[1]))


def calibration_error(won: Mask, chance: Floats) -> float:
    """The expected calibration error, over ten bins with equally many in each."""
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, BINS + 1)))
    if len(edges) <= 2:
        return float(abs(chance.mean() - won.mean()))
    bin_ = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, len(edges) - 2)
    gap = np.bincount(bin_, won) - np.bincount(bin_, chance)
    return float(np.abs(gap).sum() / len(won))


def wape(actual: Floats, forecast: Floats) -> float:
    """The sum of the absolute errors over the sum of what was."""
    return float(np.abs(forecast - actual).sum() / actual.sum())


def pinball(actual: Floats, quantile: Floats, p: float) -> float:
    """The mean loss of a quantile (Koenker and Bassett, 1978), over the mean of what was."""
    over = actual - quantile
    return float(np.maximum(p * over, (p - 1) * over).mean() / actual.mean())
