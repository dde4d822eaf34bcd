"""The distribution of what a group brings, in a fraction of the time that all of it takes."""

from typing import Final

import numpy as np

from insight.learned.distribution import Arriving, Distribution, distribution
from insight.past import Floats

EXACT: Final = 40
"""So many of a group's uncertain amounts are taken exactly, those that matter most."""


def total_of(chance: Floats, worth: Floats, shock: float) -> Distribution:
    """What some opportunities bring in all. The many small ones that remain are taken as compound
    Poisson with the same mean and variance: there are as many groups as owners, and the quantiles
    of a sum of hundreds move by less than a tenth of a percent."""
    variance = chance * (1 - chance) * worth**2
    order = np.argsort(-variance, kind="stable")
    exact, rest = order[:EXACT], order[EXACT:]
    mean, spread = float(chance[rest] @ worth[rest]), float(variance[rest].sum())
    if spread <= 0:
        return distribution(chance, worth, None, shock)
    small = Arriving(mean**2 / spread, np.array([spread / mean]))
    return distribution(chance[exact], worth[exact], small, shock)
