"""The past on a grid of days: who stood where at each of the instants that lie whole days before
`as_of`. What is not known by `as_of` is not in it.

Day 0 is `as_of`; a step is seen first on the day at or after it became known. So every move falls
between two days, and whatever was known on an earlier day is a prefix of what is known now.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from insight.learned.states import States, entries
from insight.past import OUTCOMES, Floats, Indexes, Mask, Past
from ledger.steps import Kind

DAY: Final = 86_400.0
NEVER: Final = 1 << 40
"""The day of what has not happened."""
ENDS: Final = len(OUTCOMES) - 1


@dataclass(frozen=True)
class Stays:
    """Spans of days in one state: from `first` to `last`, both included.

    It was entered at the instant `entered`, and counts from the day `since`: `first`, unless it
    became known later. `then` is the state that follows, the number of states plus the index of an
    end, or -1 while it lasts.
    """

    who: Indexes
    state: Indexes
    entered: Floats
    since: Indexes
    first: Indexes
    last: Indexes
    then: Indexes


class Days:
    """The opportunities of a past that were known at `as_of`, day by day, in these states or in
    those that it knows."""

    def __init__(self, past: Past, as_of: float, states: States | None = None) -> None:
        self.past, self.as_of = past, as_of
        self.born = self.day(np.maximum(past.known, past.opened))
        """From which day on each was known; after 0 if it is not yet."""
        self.opened = self.day(past.opened)
        over = (self.born <= 0) & (past.closed_known <= as_of)
        self.ended = np.where(over, self.day(np.maximum(past.closed_known, past.closed)), NEVER)
        self.outcome = np.where(over, past.outcome, 0).astype(np.int8)
        steps = past.steps[Kind.STAGE]
        self._stages = steps.pick(steps.known <= as_of)
        entered = entries(past, self._stages)
        self.states = States.seen(entered) if states is None else states
        self._coded = self.states.of(entered)

    def __len__(self) -> int:
        return len(self.past)

    def day(self, instant: Floats) -> Indexes:
        """The first day on which what happened then is seen."""
        days = np.ceil((instant - self.as_of) / DAY)
        return np.where(np.isfinite(days), days, NEVER).astype(np.intp)

    @cached_property
    def stays(self) -> Stays:
        """All stays that at least one day has seen, opportunity by opportunity."""
        steps = self._stages
        who = steps.who
        first = np.maximum(self.day(np.maximum(steps.known, steps.at)), self.born[who])
        until = np.where(_followed(who), np.append(first[1:], NEVER), self.ended[who])
        last = np.minimum(until - 1, 0)
        seen = (last >= first) & (first <= 0)
        who, first, last, state = who[seen], first[seen], last[seen], self._coded[seen]
        entered = steps.at[seen]
        since = np.minimum(self.day(entered), first)
        ended = self.ended[who] <= 0
        then = np.where(ended, len(self.states) + self.outcome[who] - 1, -1)
        then = np.where(_followed(who), np.append(state[1:], -1), then)
        return Stays(who, state, entered, since, first, last, then)

    def open_on(self, day: int) -> Indexes:
        """The stays that lasted on that day: one for each open opportunity."""
        stays = self.stays
        return np.flatnonzero((stays.first <= day) & (stays.last >= day))

    def won_between(self, after: int, until: int) -> Mask:
        """Who was won after one day and by another."""
        found: Mask = (self.outcome == 1) & (self.ended > after) & (self.ended <= until)
        return found


def _followed(who: Indexes) -> Mask:
    """Whether the next is of the same opportunity."""
    return np.append(who[1:] == who[:-1], np.zeros(min(len(who), 1), bool))
