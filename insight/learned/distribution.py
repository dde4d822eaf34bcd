"""The distribution of a sum of uncertain amounts, worked out exactly on a grid.

The characteristic function of independent wins is the product of their own; that of new business
is compound Poisson. One inverse Fourier transform gives the whole distribution: no seed, no noise.
A common shock, lognormal with mean one, scales all of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from insight.past import Floats

CELLS: Final = 4_096
EXACT: Final = 400
"""So many of the uncertain amounts are taken exactly, those that matter most; the many small ones
that remain by their mean and variance, for the sum of many is normal (Lindeberg)."""
REACH: Final = 8.0
"""How many standard deviations the grid reaches beyond the mean."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True)
class Arriving:
    """So many wins are expected of what is yet to come, each like one of these amounts."""

    wins: float
    amounts: Floats


@dataclass(frozen=True)
class Distribution:
    """What a sum may come to: `below` has the chance to be at most each of `values`."""

    mean: float
    values: Floats
    below: Floats

    def quantile(self, p: float) -> float:
        """The value that the sum stays at or below with this chance."""
        i = int(np.searchsorted(self.below, p))
        if i == 0:
            return float(self.values[0])
        if i == len(self.values):
            return float(self.values[-1])
        low, high = self.below[i - 1], self.below[i]
        part = (p - low) / (high - low) if high > low else 1.0
        return float(self.values[i - 1] + part * (self.values[i] - self.values[i - 1]))

    def chance_of(self, at_least: float) -> float:
        """The chance that the sum comes to this or more."""
        if at_least <= 0:
            return 1.0
        i = int(np.searchsorted(self.values, at_least * (1 - 1e-9)))
        return float(1 - (self.below[i - 1] if i else 0.0)) if i < len(self.values) else 0.0


def distribution(
    chances: Floats, amounts: Floats, arriving: Arriving | None = None, shock: float = 0.0
) -> Distribution:
    """Of the sum of amounts that are each won with a chance, and of what arrives."""
    some = (amounts > 0) & (chances > 0)
    chances, amounts = np.clip(chances[some], 0.0, 1.0), amounts[some]
    coming = arriving.amounts if arriving and arriving.wins > 0 else np.zeros(0)
    coming = coming[coming > 0]
    wins = arriving.wins if arriving and len(coming) else 0.0
    variances = chances * (1 - chances) * amounts**2
    mean = float(chances @ amounts + (wins * coming.mean() if len(coming) else 0.0))
    if mean <= 0:
        return Distribution(0.0, np.zeros(1), np.ones(1))
    variance = float(variances.sum() + (wins * (coming**2).mean() if len(coming) else 0.0))
    largest = max(float(amounts.max(initial=0.0)), float(coming.max(initial=0.0)))
    grid = _Grid(mean + REACH * np.sqrt(variance) + largest)
    order = np.argsort(-variances, kind="stable")
    exact, rest = order[:EXACT], order[EXACT:]
    log = grid.wins(chances[exact], amounts[exact])
    log += grid.normal(float(chances[rest] @ amounts[rest]), float(variances[rest].sum()))
    if len(coming):
        log += wins * (grid.of(coming) - 1)
    below = np.clip(np.cumsum(np.fft.irfft(np.exp(log), CELLS)), 0.0, None)
    below = np.asarray(np.maximum.accumulate(below / below[-1]), np.float64)
    return Distribution(mean, *_shaken(grid.values, below, shock))


def _shaken(values: Floats, below: Floats, shock: float) -> tuple[Floats, Floats]:
    """The distribution with its scale uncertain: a mixture over the lognormal shock."""
    if shock <= 0:
        return values, below
    scales = np.exp(shock * _NODES - shock**2 / 2)
    wider = values * float(np.exp(3 * shock))
    mixed = sum(
        weight * np.interp(wider / scale, values, below)
        for scale, weight in zip(scales, _WEIGHTS / _WEIGHTS.sum(), strict=True)
    )
    return wider, np.asarray(mixed)


class _Grid:
    """Cells of equal width from 0 on, and the frequencies of their Fourier transform."""

    def __init__(self, top: float) -> None:
        self.step = top / (CELLS - 1)
        self.values: Floats = np.arange(CELLS, dtype=np.float64) * self.step
        self._turn = -2j * np.pi * np.arange(CELLS // 2 + 1) / CELLS

    def wins(self, chances: Floats, amounts: Floats) -> NDArray[np.complex128]:
        """Of independent wins. Amounts between two cells are shared out between them, which keeps
        the mean."""
        log = np.zeros(len(self._turn), np.complex128)
        for i in range(0, len(chances), 64):
            cells, p = amounts[i : i + 64, None] / self.step, chances[i : i + 64, None]
            low = np.floor(cells)
            part = cells - low
            phase = np.exp(low * self._turn) * (1 - part + part * np.exp(self._turn))
            log += np.log(1 - p + p * phase + 1e-300).sum(0)
        return log

    def normal(self, mean: float, variance: float) -> NDArray[np.complex128]:
        """Of a normal part."""
        turn = self._turn / self.step
        return np.asarray(mean * turn + variance * turn**2 / 2, np.complex128)

    def of(self, amounts: Floats) -> NDArray[np.complex128]:
        """The characteristic function of one of these amounts."""
        cells = amounts / self.step
        low = np.floor(cells).astype(np.intp)
        part = cells - low
        mass = np.bincount(low, 1 - part, CELLS + 1) + np.bincount(low + 1, part, CELLS + 1)
        return np.asarray(np.fft.rfft(mass[:CELLS] / len(amounts)), np.complex128)
