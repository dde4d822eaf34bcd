"""Pasts made of arrays, and markets whose hazards are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from insight.past import Floats, Indexes, Past, Steps
from ledger.steps import ENDS, OPENING, Kind
from processes import library

BEGAN: Final = datetime(2024, 1, 1, tzinfo=UTC)
DAY: Final = 86_400.0
PROCESS: Final = "new_business"
STAGES: Final = ("qualification", "discovery", "evaluation")
_NONE: Final = np.zeros(0)


def at(day: float) -> datetime:
    """An instant so many days after the beginning."""
    return BEGAN + timedelta(days=day)


@dataclass
class Lives:
    """Opportunities in days since BEGAN: `entered` has the day of each stage in turn, NaN where
    it was never reached; `outcome` is 0 for what is open, else the number of the end."""

    opened: Floats
    entered: Floats
    ended: Floats
    outcome: Indexes
    amount: Floats
    currency: Sequence[str] = ()
    product: Sequence[str] = ()
    extra: dict[Kind, tuple[Indexes, Floats, Floats]] = field(default_factory=dict)

    def past(self) -> Past:
        count = len(self.opened)
        texts = ["", PROCESS, *STAGES, *sorted({*self.currency, *self.product} - {""})]
        code = {text: i for i, text in enumerate(texts)}
        opening = {name: np.zeros(count, np.int32) for name in OPENING}
        opening["process"][:] = code[PROCESS]
        for name, said in (("currency", self.currency), ("product", self.product)):
            opening[name][:] = [code[each] for each in said] or 0
        steps = {kind: steps_of(np.zeros(0, np.intp), _NONE, _NONE) for kind in Kind}
        everyone = np.arange(count)
        steps[Kind.OPENED] = steps_of(everyone, self.opened, np.ones(count))
        steps[Kind.VERSION] = steps_of(everyone, self.opened, np.ones(count))
        end_by = (self.opened + 365) * DAY + BEGAN.timestamp()
        steps[Kind.END_BY] = steps_of(everyone, self.opened, end_by)
        who, stage = np.nonzero(~np.isnan(self.entered))
        reached = np.array([code[each] for each in STAGES], np.float64)[stage]
        steps[Kind.STAGE] = steps_of(who, self.entered[who, stage], reached)
        some = np.flatnonzero(~np.isnan(self.amount))
        steps[Kind.AMOUNT] = steps_of(some, self.opened[some], self.amount[some])
        for number, kind in enumerate(ENDS.values(), start=1):
            some = np.flatnonzero(self.outcome == number)
            steps[kind] = steps_of(some, self.ended[some], np.zeros(len(some)))
        for kind, told in self.extra.items():
            steps[kind] = steps_of(*told)
        processes = {(each.name, each.version): each for each in library().all()}
        return Past([str(i) for i in everyone], texts, opening, steps, processes)


def steps_of(who: Indexes, day: Floats, value: Floats) -> Steps:
    when = day * DAY + BEGAN.timestamp()
    return Steps(who, when, value, when.copy(), np.full(len(who), np.inf))


@dataclass(frozen=True)
class Market:
    """Two stages with daily hazards that are known: from the first one moves on or is lost, from
    the second one wins, loses or expires. So many open every day."""

    a_day: int = 8
    on: float = 0.05
    lost_early: float = 0.03
    won: float = 0.04
    lost: float = 0.02
    expired: float = 0.01

    def lives(self, days: int, seed: int, amounts: float = 1_000.0) -> Lives:
        """What had happened after so many days."""
        chance = np.random.default_rng(seed)
        opened = np.repeat(np.arange(days), self.a_day) + chance.uniform(
            0.0, 0.9, self.a_day * days
        )
        count = len(opened)
        first = chance.geometric(self.on + self.lost_early, count) - chance.uniform(0, 0.9, count)
        moves = chance.uniform(size=count) < self.on / (self.on + self.lost_early)
        late = self.won + self.lost + self.expired
        second = chance.geometric(late, count) - chance.uniform(0, 0.9, count)
        share = np.array([self.won, self.lost, self.expired]) / late
        outcome = np.where(moves, chance.choice([1, 2, 3], count, p=share), 2)
        moved = np.where(moves, opened + first, np.nan)
        ended = opened + first + np.where(moves, second, 0.0)
        over = ended <= days
        entered = np.column_stack([opened, np.where(moved <= days, moved, np.nan)])
        entered = np.column_stack([entered, np.full(count, np.nan)])
        return Lives(
            opened,
            entered,
            np.where(over, ended, np.inf),
            np.where(over, outcome, 0),
            chance.lognormal(np.log(amounts), 0.5, count),
            ["EUR"] * count,
        )

    def wins_within(self, days: int, stage: int) -> float:
        """The chance of one in a stage to be won within so many days."""
        first, second = 0.0, 0.0
        for _ in range(days):
            first += self.on * second - (self.on + self.lost_early) * first
            second += self.won - (self.won + self.lost + self.expired) * second
        return second if stage else first
