"""How much of what is won soon lies in the part of the pipeline that focus puts first."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from insight.focus.chances import Forecaster
from insight.past import OUTCOMES, Past

FIFTH: Final = 0.2


def top_fifth_share(
    past: Past,
    as_ofs: Iterable[datetime],
    days: float,
    forecaster: Callable[[datetime], Forecaster],
    part: float = FIFTH,
) -> float | None:
    """Of the amount that was won within so many days of these instants, the share that lay in the
    fifth of the open ones with the highest chance times amount; None where nothing was won.

    `forecaster` gives for an instant who tells the chances then, having learned from nothing later.
    Amounts are taken as they are: the past must be of one currency.
    """
    top = whole = 0.0
    for as_of in as_ofs:
        view, until = past.at(as_of.timestamp()), as_of + timedelta(days=days)
        amount = np.nan_to_num(view.amount)
        score = forecaster(as_of).chances(view, until).p_won * amount
        won = past.outcome[view.rows] == OUTCOMES.index("won")
        came = np.where(won & (past.closed[view.rows] <= until.timestamp()), amount, 0.0)
        first = np.argsort(-score, kind="stable")[: int(part * len(view))]
        top += float(came[first].sum())
        whole += float(came.sum())
    return top / whole if whole else None
