"""How good the stage-weighted forecast would have been, had the clock closed by other limits."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.limits.curve import Learned
from insight.past import OUTCOMES, Floats, Mask, Past

SNAPSHOTS: Final = 12
"""Evenly through the past; the first and the last instant, at which nothing is known, left out."""


@dataclass(frozen=True)
class Scored:
    """The process's own stage probabilities against what became of `n` open ones, over past
    snapshots; what still stands open is not judged.

    `brier` is their mean squared error, `expected` how many wins they told of for each one that
    came, `dead` the share of that expectation that lay in what was not won.
    """

    snapshots: int
    n: int
    brier: float | None
    expected: float | None
    dead: float | None


def scored(past: Past, as_of: float, learned: Learned, mine: Mask, cut_at: Floats) -> Scored:
    """What had been cut by a snapshot counts as known not to be won."""
    probability = np.zeros(len(past.texts))
    for stage in learned.process.stages:
        if stage.name in past.texts:
            probability[past.texts.index(stage.name)] = stage.probability
    ended = past.closed_known <= as_of
    told, came, used = [np.zeros(0)], [np.zeros(0)], 0
    begun = past.opened[mine].min() if mine.any() else as_of
    for instant in np.linspace(begun, as_of, SNAPSHOTS + 2)[1:-1]:
        view = past.at(float(instant))
        judged = (mine & ended)[view.rows]
        rows = view.rows[judged]
        used += bool(len(rows))
        told.append(np.where(cut_at[rows] <= instant, 0.0, probability[view.stage[judged]]))
        came.append((past.outcome[rows] == OUTCOMES.index("won")).astype(float))
    p, y = np.concatenate(told), np.concatenate(came)
    brier = float(((p - y) ** 2).mean()) if len(p) else None
    expected = float(p.sum() / y.sum()) if y.sum() else None
    dead = float((p * (1 - y)).sum() / p.sum()) if p.sum() else None
    return Scored(used, len(p), brier, expected, dead)
