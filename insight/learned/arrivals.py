"""Business that is not yet in the pipeline: how much will enter, and what is won of it in time."""

from typing import Final

import numpy as np

from insight.learned.chain import Outlook
from insight.learned.counts import Counts
from insight.past import Floats

QUARTER: Final = 91
"""Arrivals are averaged over a quarter at least, so that no part of one counts twice."""


def arriving(counts: Counts, day: int, within: int) -> Floats:
    """How many entered each state, or were over at once, on the average day before `day`; the
    shape is (states and ends)."""
    last = counts.days + day + 1
    first = max(last - max(QUARTER, within), min(counts.start + 1, last - 1), 0)
    return np.asarray(counts.entries[first:last].mean(0))


def won_of(entering: Floats, outlook: Outlook, within: int) -> float:
    """How many of those that enter in the days to come will be won by their end. Who enters on a
    day has the days that remain; as many enter on every day."""
    states = outlook.entering.shape[1]
    later = outlook.entering[1 : within + 1, :, 0].sum(0)
    return float(entering[states] * within + entering[:states] @ later)
