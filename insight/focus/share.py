"""How much of what is won soon lies in the part of the pipeline that focus puts first."""

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from insight.focus.chances import Forecaster
from insight.past import OUTCOMES, Past
from insight.spells import DAY

FIFTH: Final = 0.2


def top_fifth_share(
    past: Past,
    instants: Iterable[float],
    days: float,
    forecaster: Callable[[float], Forecaster],
    part: float = FIFTH,
) -> float | None:
    """Of the amount that was won within so many days of the instants, the share that lay in the
    fifth of the open ones with the highest chance times amount; None where nothing was won.

    `forecaster` gives for an instant who tells the chances then, having learned from nothing later.
    Amounts are taken as they are: the past must be of one currency.
    """
    top = whole = 0.0
    for instant in instants:
        view, until = past.at(instant), instant + days * DAY
        amount = np.nan_to_num(view.amount)
        score = forecaster(instant).chances(view, until).p_won * amount
        won = past.outcome[view.rows] == OUTCOMES.index("won")
        came = np.where(won & (past.closed[view.rows] <= until), amount, 0.0)
        first = np.argsort(-score, kind="stable")[: int(part * len(view))]
        top += float(came[first].sum())
        whole += float(came.sum())
    return top / whole if whole else None
