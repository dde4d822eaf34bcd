"""Several forecasters of one chance, and what each is worth by what it had scored."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.learned.landmarks import HALF_LIFE, Landmarks, Rows
from insight.learned.learners import Boosting, Learner, Logistic, chance, odds
from insight.past import Floats, Mask

CHAINS: Final = {"steady chain": None, "recent chain": HALF_LIFE}
"""The chains by how fast they forget."""
LEARNERS: Final[dict[str, type[Boosting] | type[Logistic]]] = {
    "boosting": Boosting,
    "logistic": Logistic,
}
MEMBERS: Final = (*CHAINS, *LEARNERS)
FIRST: Final = np.array([1 / 8, 1 / 8, 3 / 8, 3 / 8])
"""The first belief in each: the chains share a quarter, for they differ only in how they forget."""
TRAINED: Final = 30_000
"""So many rows are learned from at most."""
ENOUGH_ROWS, ENOUGH_OF_EACH = 200, 20
"""A learner needs so many rows, and so many that were won and that were not."""
DAYS_LEARNED: Final = 40
"""How many landmarks are learned from at most."""
BELIEF: Final = 100.0
"""How many rows the first belief is worth."""


def learn(landmarks: Landmarks, day: int, within: int, step: int) -> dict[str, Learner]:
    """The learners that could be had by a day: from the windows that had ended by then."""
    last = -(-(within - day) // step) * -step
    used = range(last, landmarks.first - 1, -step)[:DAYS_LEARNED]
    some = [rows for each in used if len(rows := landmarks.rows(each))]
    if not some:
        return {}
    won = np.concatenate([landmarks.won(rows, within) for rows in some])
    ages = np.concatenate([np.full(len(rows), day - rows.day) for rows in some])
    seen = np.concatenate([with_odds(landmarks, each, within) for each in some])
    if len(won) > TRAINED:
        kept = np.random.default_rng(0).choice(len(won), TRAINED, replace=False)
        won, ages, seen = won[kept], ages[kept], seen[kept]
    if len(won) < ENOUGH_ROWS or min(won.sum(), (~won).sum()) < ENOUGH_OF_EACH:
        return {}
    weight = 0.5 ** (ages / HALF_LIFE)
    return {name: kind(seen, won, weight / weight.mean()) for name, kind in LEARNERS.items()}


def with_odds(landmarks: Landmarks, rows: Rows, within: int) -> Floats:
    """The columns of the rows behind the odds that the recent chain of their day gave them."""
    first = odds(landmarks.chances(rows, within, HALF_LIFE)[:, 0])
    return np.column_stack([first, rows.columns])


@dataclass(frozen=True)
class Judged:
    """What the members said on a landmark, as odds (rows, members), NaN for those that had not
    learned enough; and what came of it."""

    day: int
    odds: Floats
    won: Mask


def member_odds(chains: Floats, learners: dict[str, Learner], rows: Floats) -> Floats:
    """The odds of all members (rows, members), from those of the chains and the columns."""
    missing = np.full(len(rows), np.nan)
    each = [odds(learners[n].chance(rows)) if n in learners else missing for n in LEARNERS]
    return np.column_stack([chains, *each])


def mixed(each: Floats, weights: Floats) -> Floats:
    """The weighted mean of the odds of those that say anything."""
    held = ~np.isnan(each) * weights
    total = (np.nan_to_num(each) * held).sum(1) / held.sum(1)
    return np.asarray(total)


def worth(judged: list[Judged], overlap: float) -> Floats:
    """The weights (members, summing to one) with the least log loss of the mixed odds, held back
    towards the first belief; `overlap` says how many of the windows tell the same.

    Exponentiated gradient on the simplex (Kivinen and Warmuth, 1997).
    """
    weights = FIRST.copy()
    if not judged:
        return weights
    each = np.concatenate([one.odds for one in judged])
    won = np.concatenate([one.won for one in judged])
    count = len(won) / overlap
    spread = np.nan_to_num(each)
    for _ in range(100):
        mean = mixed(each, weights)
        held = (~np.isnan(each) * weights).sum(1)
        slope = np.where(np.isnan(each), 0.0, (spread - mean[:, None]) / held[:, None])
        gradient = ((chance(mean) - won)[:, None] * slope).mean(0)
        gradient += BELIEF / count * np.log(weights / FIRST)
        weights = weights * np.exp(-0.5 * gradient / (1 + BELIEF / count))
        weights = np.maximum(weights / weights.sum(), 1e-6)
    return weights
