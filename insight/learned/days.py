"""The past on a grid of days: who stood where at each of the instants that lie whole days before
`as_of`. What is not known by `as_of` is not in it.

Day 0 is `as_of`; a step is seen first on the day at or after it became known. So every move falls
between two days, and whatever was known on an earlier day is a prefix of what is known now.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from insight.past import OUTCOMES, Codes, Floats, Indexes, Mask, Past, Steps
from ledger.steps import Kind

DAY: Final = 86_400.0
NEVER: Final = 1 << 40
"""The day of what has not happened."""
ENDS: Final = len(OUTCOMES) - 1


@dataclass(frozen=True)
class Stays:
    """Spans of days in one state: from `first` to `last`, both included.

    `since` is the day on which it counts as entered: `first`, unless it became known later.
    `then` is the state that follows, the number of states plus the index of an end, or -1 while
    it lasts.
    """

    who: Indexes
    state: Codes
    since: Indexes
    first: Indexes
    last: Indexes
    then: Codes


class Days:
    """The opportunities of a past that were known at `as_of`, day by day.

    A state is a stage of a process; `states` has their codes as pairs of texts of the past.
    """

    def __init__(self, past: Past, as_of: float) -> None:
        self.past, self.as_of = past, as_of
        self.born = self.day(np.maximum(past.known, past.opened))
        """From which day on each was known; after 0 if it is not yet."""
        self.opened = self.day(past.opened)
        known = (self.born <= 0) & (past.closed_known <= as_of)
        self.ended = np.where(known, self.day(np.maximum(past.closed_known, past.closed)), NEVER)
        self.outcome = np.where(known, past.outcome, 0).astype(np.int8)
        process, stage = past.opening["process"], self._stages
        pairs, self._coded = np.unique(
            np.column_stack([process[stage.who], stage.value.astype(np.int64)]),
            axis=0,
            return_inverse=True,
        )
        self.states: list[tuple[int, int]] = [(int(p), int(s)) for p, s in pairs]

    def __len__(self) -> int:
        return len(self.past)

    def day(self, instant: Floats) -> Indexes:
        """The first day on which what happened then is seen."""
        days = np.ceil((instant - self.as_of) / DAY)
        return np.where(np.isfinite(days), days, NEVER).astype(np.intp)

    @cached_property
    def _stages(self) -> Steps:
        steps = self.past.steps[Kind.STAGE]
        return steps.pick(steps.known <= self.as_of)

    @cached_property
    def stays(self) -> Stays:
        """All stays that at least one day has seen, opportunity by opportunity."""
        steps = self._stages
        who, coded = steps.who, self._coded.ravel()
        first = np.maximum(self.day(np.maximum(steps.known, steps.at)), self.born[who])
        same = np.append(who[1:] == who[:-1], False)
        follows = np.append(first[1:], NEVER)
        until = np.where(same, follows, self.ended[who])
        last = np.minimum(until - 1, 0)
        seen = (last >= first) & (first <= 0)
        who, coded, first, last = who[seen], coded[seen], first[seen], last[seen]
        since = np.minimum(self.day(steps.at[seen]), first)
        self.entered = steps.at[seen]
        then = np.full(len(who), -1)
        same = np.append(who[1:] == who[:-1], False)
        then[same] = np.append(coded[1:], -1)[same]
        over = ~same & (self.ended[who] <= 0)
        then[over] = len(self.states) + self.outcome[who[over]] - 1
        return Stays(who, coded.astype(np.int32), since, first, last, then.astype(np.int32))

    def open_on(self, day: int) -> Indexes:
        """The stays that lasted on that day: one for each open opportunity."""
        stays = self.stays
        return np.flatnonzero((stays.first <= day) & (stays.last >= day))

    def won_between(self, after: int, until: int) -> Mask:
        """Who was won after one day and by another."""
        return (self.outcome == 1) & (self.ended > after) & (self.ended <= until)
