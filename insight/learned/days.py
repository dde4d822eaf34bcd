"""The past on a grid of days: who stood where at each of the instants that lie whole days before
`as_of`. What is not known by `as_of` is not in it.

Day 0 is `as_of`; a step is seen first on the day at or after it became known. So every move falls
between two days, and whatever was known on an earlier day is a prefix of what is known now.
"""

from collections.abc import Sequence
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
UNKNOWN: Final = -1
"""The state of a stage that nobody has learned of."""

State = tuple[str, str, bool]
"""A process, a stage of it, and whether the opportunity had come back from a later one before."""


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

    def __init__(self, past: Past, as_of: float, states: Sequence[State] | None = None) -> None:
        self.past, self.as_of = past, as_of
        self.born = self.day(np.maximum(past.known, past.opened))
        """From which day on each was known; after 0 if it is not yet."""
        self.opened = self.day(past.opened)
        over = (self.born <= 0) & (past.closed_known <= as_of)
        self.ended = np.where(over, self.day(np.maximum(past.closed_known, past.closed)), NEVER)
        self.outcome = np.where(over, past.outcome, 0).astype(np.int8)
        steps = past.steps[Kind.STAGE]
        self._stages = steps.pick(steps.known <= as_of)
        found, coded = _states(past, self._stages)
        self.states = tuple(found if states is None else states)
        index = {state: i for i, state in enumerate(self.states)}
        table = np.array([index.get(state, UNKNOWN) for state in found], np.intp)
        self._coded: Indexes = table[coded]

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


def _states(past: Past, steps: Steps) -> tuple[list[State], Indexes]:
    """The states that were ever entered, and which of them each step entered."""
    process: Codes = past.opening["process"][steps.who]
    flat = process.astype(np.int64) * len(past.texts) + steps.value.astype(np.int64)
    codes, coded = np.unique(flat * 2 + _returned(past, steps), return_inverse=True)
    found = []
    for code in codes:
        pair, returned = divmod(int(code), 2)
        name, stage = divmod(pair, len(past.texts))
        found.append((past.texts[name], past.texts[stage], bool(returned)))
    return found, coded.ravel()


def _returned(past: Past, steps: Steps) -> Mask:
    """Whether a step back had come by then; the step back itself is one of them."""
    back = past.steps[Kind.BACK]
    first = np.full(len(past), np.inf)
    np.minimum.at(first, back.who, back.at)
    found: Mask = first[steps.who] <= steps.at
    return found
