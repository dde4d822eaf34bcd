"""Business that is not yet in the pipeline: how much will enter, and what is won of it in time."""

from typing import Final

import numpy as np

from insight.learned.chain import Outlook
from insight.learned.counts import Counts
from insight.learned.seasons import by_turn, returning, weeks
from insight.past import Floats

QUARTER: Final = 91
"""Arrivals are averaged over a quarter at least, so that no part of one counts twice."""


def arriving(counts: Counts, as_of: float, day: int, within: int) -> Floats:
    """How many entered each state, or were over at once, on the average Monday before `day`, the
    average Tuesday and so on, as far as that returns; the shape is (weekdays, states and ends)."""
    last = counts.days + day + 1
    first = max(last - max(QUARTER, within), min(counts.start + 1, last - 1), 0)
    entries = counts.entries[first:last].T
    mean = entries.mean(1, keepdims=True)
    # What a day sees first came since the day before it.
    week = weeks(as_of, first - counts.days - 1, last - counts.days - 1, counts.holidays)
    seen = np.stack([by_turn(week, each) for each in entries])
    hoped = np.stack([by_turn(week, each) for each in np.broadcast_to(mean, entries.shape)])
    return np.asarray((mean * returning(seen, hoped)).T)


def won_of(entering: Floats, outlook: Outlook) -> float:
    """How many of those that enter in the days of an outlook will be won by their end. Who enters
    on a day has the days that remain."""
    states = outlook.entering.shape[1]
    coming = entering[outlook.weekday]
    later = outlook.entering[1:, :, 0]
    return float(coming[:, states].sum() + (coming[:, :states] * later).sum())
