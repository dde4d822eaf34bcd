"""What the past of each process says: the chance still to win, by clock, stage and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Final

import numpy as np

from insight.limits.chain import Chain, Counts, chain
from insight.limits.pushes import Pushed, pushes
from insight.past import Floats, Mask, Past
from insight.spells import ClockName, Spells, spells
from insight.statistics.proportions import wilson
from sales.process import Process

CLOCKS: Final[tuple[ClockName, ...]] = ("stage_limit", "buyer_silence")
RULE_OF_THREE: Final = 3
"""Where none of n won, the chance may still be as high as 3/n (95 %): J. A. Hanley and A.
Lippman-Hand, JAMA 249, 1983."""


@dataclass(frozen=True)
class Point:
    """Of `n` whose clock had run so many days, `won` have won since and `open` are open still;
    `chance` is the share that wins in the end, and its interval."""

    days: int
    n: int
    won: int
    open: int
    chance: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """The points of one clock in one stage or, where `stage` is None, in all of them."""

    process: str
    clock: ClockName
    stage: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Learned:
    """One process, and the lives that were led by it."""

    process: Process
    stages: tuple[str, ...]
    spells: Spells
    chains: dict[ClockName, Chain]
    pushed: tuple[Pushed, ...]
    n: int

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Of each clock and stage, and of the buyer's silence in all stages together."""
        return (*(each for clock in CLOCKS for each in self._by_stage(clock)), self._silence())

    def _by_stage(self, clock: ClockName) -> Iterator[Curve]:
        found = self.chains[clock]
        for place, stage in enumerate(self.stages):
            rows = (found.reached[place], found.won[place], found.open[place], found.chance[place])
            yield Curve(self.process.name, clock, stage, _points(*rows))

    def _silence(self) -> Curve:
        found = self.chains["buyer_silence"]
        reached = found.reached.sum(0)
        chance = (found.reached * found.chance).sum(0) / np.maximum(reached, 1)
        points = _points(reached, found.won.sum(0), found.open.sum(0), chance)
        return Curve(self.process.name, "buyer_silence", None, points)


def enough(tolerance: float) -> int:
    """How many it takes to say that a chance lies below the tolerance."""
    return ceil(RULE_OF_THREE / tolerance - 1e-9)


def learn(past: Past, as_of: float) -> list[Learned]:
    """What each process has taught up to the instant, by name."""
    lived = spells(past, as_of)
    code = past.opening["process"]
    return [
        _learned(past, as_of, lived, process, code == past.texts.index(process.name))
        for process in latest(past)
        if process.name in past.texts
    ]


def latest(past: Past) -> list[Process]:
    """The newest definition of each process, by name."""
    newest = {name: process for (name, _), process in sorted(past.processes.items())}
    return list(newest.values())


def _learned(past: Past, as_of: float, lived: Spells, process: Process, mine: Mask) -> Learned:
    own = lived.pick(mine[lived.who])
    named = [stage.name for stage in process.stages]
    older = {past.texts[code] for code in np.unique(own.stage)} - set(named)
    stages = (*named, *sorted(older))
    places = np.zeros(len(past.texts), np.intp)
    for place, stage in enumerate(stages):
        if stage in past.texts:
            places[past.texts.index(stage)] = place
    chains = {
        clock: chain(own, clock, places[own.stage], len(stages), places[own.after])
        for clock in CLOCKS
    }
    known = mine & (past.known <= as_of) & (past.opened <= as_of)
    return Learned(process, stages, own, chains, pushes(past, as_of, known), int(known.sum()))


def _points(reached: Counts, won: Counts, still: Counts, chance: Floats) -> tuple[Point, ...]:
    """One for each day that anybody reached."""
    low, high = wilson(chance * reached, reached)
    return tuple(
        Point(
            day,
            int(reached[day]),
            int(won[day]),
            int(still[day]),
            *(float(each[day]) for each in (chance, low, high)),
        )
        for day in np.flatnonzero(reached).tolist()
    )
