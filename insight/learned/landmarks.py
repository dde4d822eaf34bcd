"""Landmarks: past days on which the pipeline is looked at as it was then, to learn from what came
of it. On each, the chain is what could be learned by that day and no later."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from insight.learned.chain import Chain, Outlook, learn_chain
from insight.learned.counts import Counts
from insight.learned.days import DAY, Days
from insight.learned.features import Features
from insight.past import Floats, Indexes, Mask

HALF_LIFE: Final = 90.0
"""After so many days what happened counts half, where what is recent counts more."""
MOST_ROWS: Final = 4_000
"""So many opportunities of one landmark are looked at; they stand for the others."""


@dataclass(frozen=True)
class Rows:
    """The open opportunities of a landmark, or a sample in which each stands for `share`."""

    day: int
    stays: Indexes
    who: Indexes
    share: float
    columns: Floats
    amount: Floats

    def __len__(self) -> int:
        return len(self.who)


class Landmarks:
    """All that is looked at again and again, worked out once."""

    def __init__(self, days: Days, counts: Counts, features: Features) -> None:
        self.days, self.counts = days, counts
        self.first = counts.start - counts.days
        """The first day of the record."""
        self._features = features
        self.rows = cache(self._rows)
        self.chain = cache(self._chain)
        self.outlook = cache(self._outlook)

    def won(self, rows: Rows, within: int) -> Mask:
        """Which of them were won within so many days of the landmark."""
        found: Mask = self.days.won_between(rows.day, rows.day + within)[rows.who]
        return found

    def chances(self, rows: Rows, within: int, half_life: float | None) -> Floats:
        """What the chain of that day said of their ends; the shape is (rows, ends)."""
        stays = self.days.stays
        spent = rows.day - stays.since[rows.stays]
        return self.outlook(rows.day, within, half_life).of(stays.state[rows.stays], spent)

    def _rows(self, day: int) -> Rows:
        stays = self.days.open_on(day)
        count = len(stays)
        if count > MOST_ROWS:
            stays = np.sort(np.random.default_rng(-day).choice(stays, MOST_ROWS, replace=False))
        who = self.days.stays.who[stays]
        columns, amount = self._features.on(day, stays), self._features.amount(day, who)
        return Rows(day, stays, who, count / max(len(stays), 1), columns, amount)

    def _chain(self, day: int, half_life: float | None) -> Chain:
        return learn_chain(self.counts, self.days.as_of, day, half_life)

    def _outlook(self, day: int, within: int, half_life: float | None) -> Outlook:
        return self.chain(day, half_life).outlook(self.days.as_of + day * DAY, within)
