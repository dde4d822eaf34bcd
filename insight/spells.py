"""Spells: the lives of opportunities, cut wherever a clock is set back, rests, or goes on.

A clock runs from the entry into a stage, where several visits add up, or from the buyer's last
word. It rests while an opportunity is parked and from the first half of a win on, as the clocks
themselves do (`sales/clocks.py`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from insight.past import Codes, Floats, Indexes, Mask, Past
from ledger.steps import Kind

DAY: Final = 86_400.0

ClockName = Literal["stage_limit", "buyer_silence"]

Outcomes = NDArray[np.int8]

_CUTS: Final = (
    *(Kind.STAGE, Kind.PARKED, Kind.UNPARKED, Kind.YES, Kind.ACTION, Kind.BUYER, Kind.OPENED),
)
"""The steps at which a spell ends, those of one instant taken together."""
_END: Final = 99
"""Behind all of them: the end, or the moment at which we look."""


@dataclass(frozen=True)
class Spells:
    """Stretches of lives in the order of opportunities and times, instants in seconds.

    `outcome` is an index of OUTCOMES where the spell ends with the opportunity, else 0; `after` is
    the stage that follows; `spoke` whether the buyer did at its end; `words` how often before.
    What lay before an opportunity could be known moves its clocks, but was not `watched`: those
    that ended meanwhile nobody has ever seen.
    """

    who: Indexes
    stage: Codes
    start: Floats
    end: Floats
    resting: Mask
    outcome: Outcomes
    after: Codes
    spoke: Mask
    words: Indexes
    watched: Mask

    def __len__(self) -> int:
        return len(self.who)

    @cached_property
    def spent(self) -> Floats:
        """How long the clocks ran in it, in days."""
        return np.where(self.resting, 0.0, self.end - self.start) / DAY

    def age(self, clock: ClockName) -> Floats:
        """How many days the clock had run when the spell began."""
        if clock == "buyer_silence":
            return _before(self.spent, self.who, self.words)
        order = np.lexsort((self.start, self.stage, self.who))
        found = np.empty(len(self))
        found[order] = _before(self.spent[order], self.who[order], self.stage[order])
        return found

    def pick(self, which: Mask) -> "Spells":
        """Some of them, of whole opportunities."""
        return Spells(**{name: getattr(self, name)[which] for name in self.__dataclass_fields__})

    def at(self, who: Indexes, when: Floats) -> Indexes:
        """The spell in which each moment of an opportunity lies, the next one's where two meet;
        before the first it is the first, behind the last the last."""
        origin = self.start.min(initial=0.0)
        width = self.end.max(initial=0.0) - origin + 1
        key = self.who * width + (self.start - origin)
        sought = who * width + np.clip(when - origin, 0, width - 1)
        first = np.searchsorted(self.who, who, "left")
        last = np.searchsorted(self.who, who, "right") - 1
        found: Indexes = np.clip(np.searchsorted(key, sought, "right") - 1, first, last)
        return found


def spells(past: Past, instant: float) -> Spells:
    """Every spell up to the instant, as it was known then."""
    who, at, kind, value = _marks(past, instant)
    order = np.lexsort((kind, at, who))
    who, at, kind, value = who[order], at[order], kind[order], value[order]
    first = np.r_[True, who[1:] != who[:-1]] if len(who) else np.zeros(0, bool)
    stage = _held(value, kind == Kind.STAGE)
    parked = _held(
        (kind == Kind.PARKED).astype(float), _any(kind, Kind.PARKED, Kind.UNPARKED) | first
    )
    halves = _counted(_any(kind, Kind.YES, Kind.ACTION), first)
    words = _counted(kind == Kind.BUYER, first)
    last = np.r_[(at[1:] != at[:-1]) | first[1:], True] if len(who) else first
    some = np.flatnonzero(last)
    begin = some[np.r_[who[some][1:] == who[some][:-1], False]] if len(some) else some
    end = some[1:][who[some][1:] == who[some][:-1]] if len(some) else some
    over = kind[end] == _END
    return Spells(
        who=who[begin],
        stage=stage[begin].astype(np.int32),
        start=at[begin],
        end=at[end],
        resting=(parked[begin] > 0) | (halves[begin] > 0),
        outcome=np.where(over, value[end], 0).astype(np.int8),
        after=stage[end].astype(np.int32),
        spoke=words[end] > words[begin],
        words=words[begin],
        watched=at[begin] >= past.known[who[begin]],
    )


def _marks(past: Past, instant: float) -> tuple[Indexes, Floats, NDArray[np.int16], Floats]:
    """Who, when, which kind and value of everything that cuts a life, kept within the life."""
    known = (past.known <= instant) & (past.opened <= instant)
    ended = known & (past.closed_known <= instant)
    stages = past.steps[Kind.STAGE].by(instant)
    begun = np.full(len(past), np.inf)
    np.minimum.at(begun, stages.who, stages.at)
    stop = np.where(ended, past.closed, instant)
    known &= np.isfinite(begun)
    stop = np.maximum(stop, begun + 1)  # a life that ended as it began lasted a second
    everybody = np.flatnonzero(known)
    whos, ats, kinds, values = (
        [everybody],
        [stop[everybody]],
        [np.full(len(everybody), _END)],
        [np.where(ended, past.outcome, 0)[everybody].astype(float)],
    )
    for kind in _CUTS:
        steps = past.steps[kind].by(instant)
        steps = steps.pick(known[steps.who])
        when = steps.known if kind == Kind.OPENED else steps.at  # from then on it was watched
        whos.append(steps.who)
        ats.append(np.clip(when, begun[steps.who], stop[steps.who]))
        kinds.append(np.full(len(steps.who), kind))
        values.append(steps.value)
    return (
        np.concatenate(whos),
        np.concatenate(ats),
        np.concatenate(kinds).astype(np.int16),
        np.concatenate(values),
    )


def _any(kind: NDArray[np.int16], *kinds: Kind) -> Mask:
    return np.isin(kind, kinds)


def _held(value: Floats, told: Mask) -> Floats:
    """The value told last, which is 0 before anything was."""
    if not len(value):
        return value
    last = np.maximum.accumulate(np.where(told, np.arange(len(value)), 0))
    return np.where(told[last], value[last], 0.0)


def _counted(told: Mask, first: Mask) -> Indexes:
    """How many were told of one opportunity so far."""
    total = np.cumsum(told)
    base = np.maximum.accumulate(np.where(first, total - told, 0))
    return (total - base).astype(np.intp)


def _before(spent: Floats, *keys: NDArray[np.generic]) -> Floats:
    """The sum of what came before in the run of equal keys."""
    if not len(spent):
        return spent
    total = np.cumsum(spent) - spent
    new = np.zeros(len(spent), bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    starts = np.maximum.accumulate(np.where(new, np.arange(len(spent)), 0))
    return np.maximum(total - total[starts], 0.0)
