"""How many stood at risk on each day, and what became of them: all that the chain learns from.

Counted once over all opportunities; what an earlier day could have learned is a part of the sums,
so that any number of pasts costs no second look at the opportunities.
"""

from typing import Final

import numpy as np

from insight.learned.days import ENDS, NEVER, Days, Stays
from insight.past import Codes, Floats, Indexes

BANDS: Final = 24
"""Into how many bands of days in a state its stays are cut at most."""
LONGEST: Final = 730
"""Days in a state that are told apart; what lasts longer counts as that long."""
HISTORY: Final = 3_650
"""How many days back are counted."""
UNLIKELY: Final = 10.0
"""So many ends missing at the beginning say that the record had not begun."""
NOT_YET: Final = 1 << 30
"""The first day of a band that is not needed."""


class Counts:
    """Cells of (state, band of days in it, day): opportunities at risk, and their moves.

    `risk` has the shape (states, bands, days); the days are the last ones, and the move of a day
    is seen on the next. The moves are lists: `state` and `band` left, `on` which day, `to` (as
    `Stays.then`) and how `many`. `entries` (days, states and ends) counts each opportunity on the
    day that saw it first. Before `start`, an index into the days, nothing can be learned.
    """

    def __init__(self, days: Days) -> None:
        stays = days.stays
        self.holidays = days.past.holidays
        self.states = len(days.states)
        self.days = int(min(-stays.first.min(initial=0), HISTORY))
        self.edges = _edges(stays, self.states)
        """The first day of each band of each state; bands that are not needed begin never."""
        self.table = (np.arange(LONGEST + 1)[None, :, None] >= self.edges[:, None, 1:]).sum(2)
        self.risk = self._risk(stays)
        over = np.flatnonzero((stays.then >= 0) & (stays.last >= -self.days))
        state, on = stays.state[over], stays.last[over] + self.days
        band = self.band(state, (stays.last - stays.since)[over])
        shape = (self.states, BANDS, self.days + 1, self.states + ENDS)
        flat = np.ravel_multi_index((state, band, on, stays.then[over]), shape)
        cells, self.many = np.unique(flat, return_counts=True)
        self.state, self.in_band, self.on, self.to = np.unravel_index(cells, shape)
        self.entries = self._entries(days)
        self.start = self._start()

    def band(self, state: Codes | Indexes, spent: Indexes) -> Indexes:
        """The band of each stay that has lasted so many days."""
        found: Indexes = self.table[state, np.clip(spent, 0, LONGEST)]
        return found

    def _risk(self, stays: Stays) -> Floats:
        size = self.days + 1
        change = np.zeros(self.states * BANDS * size)
        for band in range(BANDS):
            low, high = (self.edges[stays.state, each] for each in (band, band + 1))
            start = np.maximum(np.maximum(stays.since + low, stays.first), -self.days)
            stop = np.minimum(np.minimum(stays.last, -1), stays.since + high - 1)
            some = np.flatnonzero(stop >= start)
            base = (stays.state[some] * BANDS + band) * size + self.days
            change += np.bincount(base + start[some], minlength=len(change))
            change -= np.bincount(base + stop[some] + 1, minlength=len(change))
        whole = change.reshape(self.states, BANDS, size)
        return np.asarray(np.cumsum(whole, axis=2)[:, :, :-1], np.float64)

    def _entries(self, days: Days) -> Floats:
        """What each opportunity was on the first day that saw it: in a state, or over already."""
        stays = days.stays
        what = np.full(len(days), -1)
        over = days.ended <= 0
        what[over] = self.states + days.outcome[over] - 1
        order = np.arange(len(stays.who))[::-1]
        first = np.full(len(days), NEVER)
        first[stays.who[order]] = order  # of many, the earliest stays
        seen = np.flatnonzero(first < NEVER)
        at_once = stays.first[first[seen]] <= days.born[seen]
        what[seen[at_once]] = stays.state[first[seen[at_once]]]
        fresh = (days.born <= 0) & (days.born >= -self.days) & (days.born - days.opened <= 1)
        some = np.flatnonzero(fresh & (what >= 0))
        shape = (self.days + 1, self.states + ENDS)
        flat = (days.born[some] + self.days) * shape[1] + what[some]
        return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    def _start(self) -> int:
        """The day of the first end, where the time before it should have seen many but saw none:
        then only what was open when the record began was taken into it. Else the first day."""
        ends = self.to >= self.states
        if not ends.any():
            return 0
        first = int(self.on[ends].min())
        later = self.risk[:, :, first:].sum(2)
        many = np.zeros((self.states, BANDS))
        np.add.at(many, (self.state[ends], self.in_band[ends]), self.many[ends])
        rate = many / np.maximum(later, 1.0)
        expected = (self.risk[:, :, :first].sum(2) * rate).sum()
        return first if expected > UNLIKELY else 0


def _edges(stays: Stays, states: int) -> Indexes:
    """Bands with equally many ended stays in each, and one for what no ended stay lasted."""
    over = stays.then >= 0
    spent = np.minimum((stays.last - stays.since)[over], LONGEST - 1)
    edges = np.full((states, BANDS + 1), NOT_YET)
    edges[:, 0] = 0
    for state in range(states):
        some = np.sort(spent[stays.state[over] == state])
        if not len(some):
            continue
        cuts = some[np.linspace(0, len(some) - 1, BANDS - 2).astype(np.intp)]
        found = np.unique(np.concatenate([[0], cuts, [some[-1] + 1]]))
        edges[state, : len(found)] = found
    return edges
