"""How long something lasts, where some are not over yet and some were seen late.

Ages are numbers of any unit. `entry` is the age from which each was watched, minus infinity where
it was from its beginning; `exit` the age at which it was seen last; `event` whether it ended then.
What left before it was seen counts for nothing. Equal ages are one instant: whoever ends at an age
was at risk at it, and so was whoever was seen last at it; who came in at it was not yet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight.statistics.proportions import Z

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Curve:
    """The share that lasts longer than each of `times`, with the interval at each of them."""

    times: Floats
    lasting: Floats
    low: Floats
    high: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]

    def lasting_at(self, age: float) -> float:
        """The share that lasts longer than that age."""
        i = int(np.searchsorted(self.times, age, side="right"))
        return float(self.lasting[i - 1]) if i else 1.0

    def quantile(self, share: float = 0.5) -> tuple[float | None, float | None, float | None]:
        """The age by which that share is over, and its interval (R. Brookmeyer, J. Crowley,
        Biometrics 38, 1982); None where so many never were."""
        return (
            self._reaches(self.lasting, share),
            self._reaches(self.low, share),
            self._reaches(self.high, share),
        )

    def _reaches(self, curve: Floats, share: float) -> float | None:
        found = np.flatnonzero(curve <= 1 - share + 1e-12)
        return float(self.times[found[0]]) if found.size else None


def at_risk(entry: Floats, exit: Floats, times: Floats) -> NDArray[np.int64]:
    """How many were watched just before each of the times. Each was seen before it left."""
    here = exit.size - np.searchsorted(np.sort(exit), times, side="left")
    waiting = entry.size - np.searchsorted(np.sort(entry), times, side="left")
    return here - waiting


def kaplan_meier(entry: Floats, exit: Floats, event: Mask) -> Curve:
    """The product-limit estimate (E. L. Kaplan, P. Meier, JASA 53, 1958) with delayed entry, the
    variance of M. Greenwood (1926), and the interval on the scale of log(-log)."""
    seen = exit > entry
    entry, exit, event = entry[seen], exit[seen], event[seen]
    times, events = np.unique(exit[event], return_counts=True)
    n = at_risk(entry, exit, times)
    lasting = np.cumprod(1 - events / n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (n * (n - events)))
        half = Z * np.sqrt(variance) / np.log(lasting)
        low, high = lasting ** np.exp(-half), lasting ** np.exp(half)
    gone = lasting <= 0  # of what is over for all there is nothing to be unsure of but the curve
    low, high = np.where(gone, 0.0, low), np.where(gone, 0.0, high)
    return Curve(times, lasting, low, high, n, events)
