"""The opportunities that are counted, by columns, as they were known at one instant."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from insight.past import OUTCOMES, Codes, Floats, Indexes, Mask, Past
from ledger.steps import Kind

DAY: Final = 86_400.0
ERRORS: Final = ("created_in_error", "duplicate")
"""Ends for these reasons are no outcome of a sale and count nowhere."""
WON: Final = OUTCOMES.index("won")
LOST: Final = OUTCOMES.index("lost")
ENDED: Final = OUTCOMES[1:]
BEYOND_CHANCE: Final = 7.0
"""So many ends should have come before the first that is recorded: chance leaves out as many once
in e^7, which is about a thousand times."""


@dataclass(frozen=True)
class Cases:
    """Each column has a value for each of `rows`, the indexes in the past.

    The window from `since` to `until`, instants both, says which ends count and which beginnings;
    without a beginning it is everything.
    """

    past: Past
    as_of: float
    rows: Indexes
    outcome: Codes
    opened: Floats
    closed: Floats
    """When it ended as far as is known; infinite while it is open."""
    since: float
    until: float
    left_out: int
    """How many were duplicates or errors."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def ended(self) -> Mask:
        """Those that ended in the window."""
        inside = (self.closed >= self.since) & (self.closed <= self.until)
        return (self.outcome > 0) & inside

    @cached_property
    def open(self) -> Mask:
        """Those that were open at the end of the window."""
        later: Mask = self.closed > self.until
        return later

    @cached_property
    def won(self) -> Mask:
        """Those won in the window."""
        won: Mask = self.ended & (self.outcome == WON)
        return won

    @cached_property
    def days(self) -> Floats:
        """From the opening to the end, infinite while it is open; never less than nothing."""
        return np.maximum(self.closed - self.opened, 0) / DAY

    @cached_property
    def amount(self) -> Floats:
        """The last amount in its own currency; NaN where none was said."""
        return self.past.last(Kind.AMOUNT, self.as_of)[0][self.rows]

    @cached_property
    def first_amount(self) -> Floats:
        """The first amount that was said, where its currency still is the one that counts: what
        was sold in the end tells of the end."""
        steps = self.past.steps[Kind.AMOUNT].by(self.as_of)
        who, place = np.unique(steps.who, return_index=True)
        found = np.full(len(self.past), np.nan)
        found[who] = steps.value[place]
        said = self.past.opening["currency"][self.rows]
        return np.where((said == 0) | (said == self.currency), found[self.rows], self.amount)

    @cached_property
    def currency(self) -> Codes:
        """The currency of each, as a code of the past's texts."""
        return self.past.word("currency", self.as_of)[self.rows]

    @cached_property
    def reason(self) -> Codes:
        """The primary reason of the end, as a code; the empty text while it is open."""
        return _reasons(self.past, self.as_of)[self.rows]

    @cached_property
    def process(self) -> Codes:
        """The name of the process, as a code."""
        return self.past.opening["process"][self.rows]

    def count(self, kind: Kind) -> Floats:
        """How many steps of a kind each had."""
        who = self.past.steps[kind].by(self.as_of).who
        return np.bincount(who, minlength=len(self.past))[self.rows].astype(np.float64)

    def total(self, kind: Kind) -> Floats:
        """The sum of the values of a kind."""
        steps = self.past.steps[kind].by(self.as_of)
        return np.bincount(steps.who, steps.value, len(self.past))[self.rows].astype(np.float64)

    @cached_property
    def watched_from(self) -> float:
        """From when on ends could be recorded at all; minus infinity where from the beginning.

        Where opportunities were open before the first end that is recorded and far more of them
        should have ended by then than none, the record begins only with that end. By how much is
        measured with the hazard of what was recorded since: without such a gap that number is
        about one, whatever the hazard.
        """
        ends = self.closed[self.outcome > 0]
        if not ends.size:
            return -np.inf
        first = float(ends.min())
        waiting = (first - self.opened[self.opened < first]) / DAY
        if not waiting.size:
            return -np.inf
        hazard, ages = self._hazard(first)
        before = np.concatenate([[0.0], np.cumsum(hazard)])
        expected = float(before[np.searchsorted(ages, waiting, side="right")].sum())
        return first if expected > BEYOND_CHANCE else -np.inf

    def _hazard(self, first: float) -> tuple[Floats, Floats]:
        """The hazard of any end at each age, by what was open from that instant on."""
        from insight.statistics.survival import at_risk

        entry = (first - self.opened) / DAY
        entry = np.where(entry > 0, entry, -np.inf)
        left = np.maximum(np.minimum(self.closed, self.as_of) - self.opened, 0) / DAY
        seen = left > entry
        entry, left, ended = entry[seen], left[seen], (self.outcome > 0)[seen]
        ages, counts = np.unique(left[ended], return_counts=True)
        return counts / at_risk(entry, left, ages), ages

    def watched(self, begun: Floats, over: Floats) -> tuple[Floats, Floats]:
        """From which to which age, in days, something that began and was over then was watched
        within the window; the first is minus infinity where that was its beginning."""
        start = max(self.since, self.watched_from)
        entry = np.where(begun < start, (start - begun) / DAY, -np.inf)
        entry = np.where(begun > self.until, np.inf, entry)  # and never was
        return entry, np.maximum(np.minimum(over, self.until) - begun, 0) / DAY


def cases_of(past: Past, as_of: float, since: float | None, until: float | None) -> Cases:
    """What was known at `as_of`, counted in the window; it ends at `as_of` at the latest."""
    view = past.at(as_of)
    known = view.ended.copy()
    known[view.rows] = True
    reasons = _reasons(past, as_of)
    wrong = np.isin(reasons, [past.texts.index(each) for each in ERRORS if each in past.texts])
    wrong &= view.ended
    rows = np.flatnonzero(known & ~wrong)
    ended = view.ended[rows]
    return Cases(
        past,
        as_of,
        rows,
        np.where(ended, past.outcome[rows], 0).astype(np.int32),
        past.opened[rows],
        np.where(ended, past.closed[rows], np.inf),
        -np.inf if since is None else since,
        min(as_of, np.inf if until is None else until),
        int((known & wrong).sum()),
    )


def _reasons(past: Past, as_of: float) -> Codes:
    return np.nan_to_num(past.last(Kind.REASON, as_of)[0]).astype(np.int32)
