"""How far opportunities come, how long they stay in each stage, and how they leave it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.past import OUTCOMES, Mask
from insight.statistics.incidence import aalen_johansen
from insight.statistics.proportions import Share, share
from insight.statistics.survival import kaplan_meier
from insight.win_loss.cases import DAY, ENDED, Cases
from insight.win_loss.stages import Stages, Visits

EXITS: Final = ("forward", "back", *ENDED)
"""How a stage can be left, as `Visits.exit` counts from 1 on."""


@dataclass(frozen=True)
class Funnel:
    """One stage: how many came at least as far, how many of them are open, and what became of the
    others. Who skips a stage has come as far. `onward` is of those that are not waiting in it."""

    process: str
    stage: str
    reached: int
    open: int
    onward: Share
    to_win: Share
    """Won of all that came as far, the open ones included: what is sure by now."""
    to_win_of_ended: Share


@dataclass(frozen=True)
class Spent:
    """The days that those with one outcome spent in a stage, over all visits."""

    n: int
    median: float | None


@dataclass(frozen=True)
class StageTime:
    """One stage: after how many days half of the visits are over, with the interval, by Kaplan and
    Meier; and by Aalen and Johansen how visits are over at last, as far as was seen."""

    process: str
    stage: str
    visits: int
    median: float | None
    low: float | None
    high: float | None
    leaves: dict[str, float]
    stays: float
    spent: dict[str, Spent]


def funnel(cases: Cases, stages: Stages) -> list[Funnel]:
    """Every stage of every process, over what ended in the window or is open at its end."""
    furthest, counted = stages.furthest, cases.ended | (cases.open & (cases.opened <= cases.until))
    found = []
    for order in stages.orders:
        mine = counted & (cases.process == order.code)
        for i, stage in enumerate(order.stages):
            reached = mine & (furthest >= i)
            if reached.any():
                found.append(_funnel(cases, order.process, stage, reached, furthest > i))
    return found


def _funnel(cases: Cases, process: str, stage: str, reached: Mask, further: Mask) -> Funnel:
    count, open_ = int(reached.sum()), reached & cases.open
    won, onward = int((reached & cases.won).sum()), int((reached & (further | cases.won)).sum())
    waiting = int((open_ & ~further).sum())
    return Funnel(
        process,
        stage,
        count,
        int(open_.sum()),
        share(onward, count - waiting),
        share(won, count),
        share(won, count - int(open_.sum())),
    )


def times(cases: Cases, stages: Stages) -> list[StageTime]:
    """How long each stage lasts and how it is left, and how long it took those of each outcome."""
    visits = stages.visits
    entry, left = cases.watched(visits.begun, visits.over)
    exit = np.where(visits.over <= cases.until, visits.exit, 0).astype(np.int8)
    found = []
    for order in stages.orders:
        mine = cases.process[visits.case] == order.code
        for stage, code in zip(order.stages, order.codes, strict=True):
            here = mine & (visits.stage == code) & (left > entry)
            if not here.any():
                continue
            curve = kaplan_meier(entry[here], left[here], exit[here] > 0)
            ends = aalen_johansen(entry[here], left[here], exit[here], len(EXITS))
            reached = ends.reached[:, -1] if ends.times.size else np.zeros(len(EXITS))
            leaves = {name: float(each) for name, each in zip(EXITS, reached, strict=True)}
            stays = float(ends.staying[-1]) if ends.times.size else 1.0
            spent = _spent(cases, visits, mine & (visits.stage == code))
            found.append(
                StageTime(
                    *(order.process, stage, int(here.sum()), *curve.quantile()),
                    *(leaves, stays, spent),
                )
            )
    return found


def _spent(cases: Cases, visits: Visits, here: Mask) -> dict[str, Spent]:
    here = here & cases.ended[visits.case]
    days = (visits.over[here] - visits.begun[here]) / DAY
    total = np.bincount(visits.case[here], days, len(cases))
    there = np.zeros(len(cases), bool)
    there[visits.case[here]] = True
    found = {}
    for code, name in enumerate(OUTCOMES):
        some = total[there & (cases.outcome == code)]
        if name != "open":
            found[name] = Spent(some.size, float(np.median(some)) if some.size else None)
    return found
