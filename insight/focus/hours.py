"""How many hours of work are left in an opportunity, by what was logged or by the process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from insight.limits.curve import latest
from insight.past import Floats, Past, View
from insight.spells import Spells
from ledger.steps import Kind
from sales.process import Process

Basis = Literal["logged", "process", "unknown"]

ENOUGH: Final = 30
"""From so many ended opportunities with logged hours on, what was logged in a stage counts."""
LEAST_LEFT: Final = 0.25
"""The part of a stage's hours that always counts as ahead, however many were spent in it."""


@dataclass(frozen=True)
class StageHours:
    """The hours that one who enters the stage spends in it, and `ahead` of it in those that follow,
    as far as it comes. Logged: the means over the `n` that have ended and were worked on."""

    process: str
    stage: str
    own: float
    ahead: float
    basis: Basis
    n: int


def stage_hours(past: Past, as_of: float, lived: Spells) -> list[StageHours]:
    """Of every stage of every process; `lived` are the spells up to that instant."""
    logged = {(each.process, each.stage): each for each in _logged(past, as_of, lived)}
    found = []
    for process in latest(past):
        for each in _defined(process):
            told = logged.get((each.process, each.stage))
            found.append(told if told and told.n >= ENOUGH else each)
    return found


def hours_left(view: View, table: list[StageHours]) -> Floats:
    """Of each open opportunity: what its stage usually takes and was not spent there yet, and what
    lies ahead. NaN where nobody knows."""
    texts = view.past.texts
    by_stage = {(each.process, each.stage): each for each in table if each.basis != "unknown"}
    spent = _spent_in_stage(view)
    found = np.full(len(view), np.nan)
    codes = view.past.opening["process"][view.rows].tolist()
    for i, (process, stage) in enumerate(zip(codes, view.stage.tolist(), strict=True)):
        if each := by_stage.get((texts[process], texts[stage])):
            found[i] = max(each.own - spent[i], LEAST_LEFT * each.own) + each.ahead
    return np.where(found > 0, found, np.nan)


def _defined(process: Process) -> Iterator[StageHours]:
    """By the definition. A later stage is reached by as many as its probability is the higher."""
    for place, stage in enumerate(process.stages):
        later = process.stages[place + 1 :]
        ahead = sum(
            float(each.hours) * _reached(stage.probability, each.probability) for each in later
        )
        own = float(stage.hours)
        basis: Basis = "process" if own + ahead > 0 else "unknown"
        yield StageHours(process.name, stage.name, own, ahead, basis, 0)


def _reached(here: float, there: float) -> float:
    return min(here / there, 1.0) if there > 0 else 1.0


def _logged(past: Past, as_of: float, lived: Spells) -> Iterator[StageHours]:
    """From what has ended and had any hours logged."""
    effort = past.steps[Kind.EFFORT].by(as_of)
    effort = effort.pick(past.closed_known[effort.who] <= as_of)
    worked = np.bincount(effort.who, effort.value, len(past)) > 0
    if not worked.any():
        return
    in_spell = np.bincount(lived.at(effort.who, effort.at), effort.value, len(lived))
    total = np.cumsum(in_spell[::-1])[::-1]
    behind = np.searchsorted(lived.who, lived.who, "right")  # where the next opportunity begins
    since = total - np.r_[total, 0.0][behind]
    process = past.opening["process"][lived.who]
    key = np.column_stack([lived.who, lived.stage])
    _, first, visit = np.unique(key, axis=0, return_index=True, return_inverse=True)
    own = np.bincount(visit.ravel(), in_spell)
    some = worked[lived.who[first]]
    first, own = first[some], own[some]
    ahead = since[first] - own
    codes = np.column_stack([process[first], lived.stage[first]])
    names, place = np.unique(codes, axis=0, return_inverse=True)
    n = np.bincount(place.ravel())
    means = np.bincount(place.ravel(), own) / n, np.bincount(place.ravel(), ahead) / n
    for i, (code, stage) in enumerate(names.tolist()):
        told = (float(means[0][i]), float(means[1][i]))
        yield StageHours(past.texts[code], past.texts[stage], *told, "logged", int(n[i]))


def _spent_in_stage(view: View) -> Floats:
    """The hours logged since each entered the stage it is in."""
    effort = view.past.steps[Kind.EFFORT].by(view.instant)
    entered = np.full(len(view.past), np.inf)
    entered[view.rows] = view.entered
    effort = effort.pick(effort.at >= entered[effort.who])
    summed = np.bincount(effort.who, effort.value, len(view.past)).astype(np.float64)
    return summed[view.rows]
