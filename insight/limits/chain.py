"""The chance still to win, by stage and by the days a clock has run there.

A discrete-time chain over (stage, whole days on the clock). In each of its days an opportunity is
won, ends otherwise, moves on or stays; won and ended otherwise compete, so neither is taken for
censoring. Who comes into view late, or is still open, counts for the part of the day that was seen
(the actuarial method: Kaplan and Meier, JASA 53, 1958, section 3). The chance to win from
everywhere is then one backward recursion over the days, and one small linear system that joins the
stages: after a move, or a buyer's word, the clock begins anew.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from insight.past import OUTCOMES, Floats, Indexes, Mask
from insight.spells import ClockName, Spells

WON: Final = OUTCOMES.index("won")
Counts = NDArray[np.int64]
Shape = tuple[int, int]
"""How many stages, and how many days."""

LONGEST: Final = 1_500
"""Days; what is older counts as if it were of this age."""


@dataclass(frozen=True)
class Chain:
    """Counts by (stage, day), and the chance to win from there.

    `risk` is how many were at risk in the course of the day, `reached` how many stood there as it
    began, and `won`, `open` what has become of those.
    """

    risk: Floats
    reached: Counts
    won: Counts
    open: Counts
    chance: Floats


def chain(spells: Spells, clock: ClockName, places: Indexes, stages: int, ends: Indexes) -> Chain:
    """The chain of one process. `places` and `ends` are the stages in and behind each spell, from 0
    below `stages`."""
    age = np.minimum(spells.age(clock), LONGEST - 1)
    until = np.minimum(age + spells.spent, LONGEST - 1)
    watched, over = spells.watched, spells.outcome > 0
    moved = ~over & (ends != places)
    anew = moved if clock == "stage_limit" else ~over & spells.spoke
    happened = over | moved | anew
    days = int(until.max(initial=0)) + 1
    risk = _at_risk(age, until, happened, watched, places, (stages, days))
    cell = until.astype(np.intp)

    def count(which: Mask, to: Indexes | None = None) -> Floats:
        """How many of them had it happen, by stage and day and, with `to`, by where to."""
        seen = which & watched
        shape = (stages, days) if to is None else (stages, days, stages)
        found = np.zeros(shape)
        where = (places[seen], cell[seen]) if to is None else (places[seen], cell[seen], to[seen])
        np.add.at(found, where, 1.0)
        return found

    won, ended = count(spells.outcome == WON), count(over & (spells.outcome != WON))
    fresh, onward = count(anew, ends), count(moved & ~anew, ends)
    every = won + ended + fresh.sum(2) + onward.sum(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(1 / np.maximum(risk, every), posinf=0.0)
    chance = _solved(
        won * share, fresh * share[..., None], onward * share[..., None], every * share
    )
    return Chain(risk, *_standing(spells, age, until, places, (stages, days)), chance)


def _at_risk(
    age: Floats,
    until: Floats,
    happened: Mask,
    watched: Mask,
    places: Indexes,
    shape: tuple[int, int],
) -> Floats:
    """Everybody counts in each day that they spent there; half if they came or left within it."""
    first = np.floor(age).astype(np.intp)
    last = np.where(happened, np.floor(until), np.ceil(until) - 1).astype(np.intp)
    seen = watched & (last >= first)
    edges = np.zeros((shape[0], shape[1] + 1))
    np.add.at(edges, (places[seen], first[seen]), 1.0)
    np.add.at(edges, (places[seen], last[seen] + 1), -1.0)
    risk = np.cumsum(edges, axis=1)[:, :-1]
    came = seen & (age > first)
    left = seen & ~happened & (until > np.floor(until))
    np.add.at(risk, (places[came], first[came]), -0.5)
    np.add.at(risk, (places[left], last[left]), -0.5)
    return np.maximum(risk, 0.0)


def _standing(
    spells: Spells, age: Floats, until: Floats, places: Indexes, shape: Shape
) -> tuple[Counts, Counts, Counts]:
    """How many stood there as each day began, how many of them won in the end, and are open."""
    first, last = np.ceil(age).astype(np.intp), np.ceil(until).astype(np.intp) - 1
    size = int(spells.who.max(initial=-1)) + 1
    ending = np.zeros(size, np.int8)
    ending[spells.who[spells.outcome > 0]] = spells.outcome[spells.outcome > 0]
    finally_ = ending[spells.who]

    def count(which: Mask) -> Counts:
        edges = np.zeros((shape[0], shape[1] + 1), np.int64)
        seen = which & spells.watched & (last >= first)
        np.add.at(edges, (places[seen], first[seen]), 1)
        np.add.at(edges, (places[seen], last[seen] + 1), -1)
        return np.cumsum(edges, axis=1)[:, :-1]

    return count(np.ones(len(spells), bool)), count(finally_ == WON), count(finally_ == 0)


def _solved(won: Floats, fresh: Floats, onward: Floats, every: Floats) -> Floats:
    """The chance to win by (stage, day), from the chances of each day.

    Written as a + B v, v the chances at the first day of each stage, it is carried backwards day
    by day; at the first day it must give v itself.
    """
    stages, days = won.shape
    later = np.zeros((stages, stages + 1))
    kept = np.empty((days, stages, stages + 1))
    one, below_one = np.eye(stages), 1 - 1e-9  # that all move on within the day, round and round
    for day in reversed(range(days)):
        now = np.concatenate([won[:, day, None], fresh[:, day]], axis=1)
        now += (1 - every[:, day, None]).clip(0) * later
        moves = onward[:, day]
        later = np.linalg.solve(one - below_one * moves, now) if moves.any() else now
        kept[day] = later
    start = np.linalg.lstsq(one - kept[0][:, 1:], kept[0][:, 0])[0]
    return np.asarray((kept[:, :, 0] + kept[:, :, 1:] @ start).T.clip(0, 1))
