"""How the chance still to win falls with every push of the close date into a later period."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.past import OUTCOMES, Mask, Past
from insight.statistics.proportions import wilson
from ledger.steps import Kind

MOST: Final = 12
"""Those who were pushed oftener count with these."""


@dataclass(frozen=True)
class Pushed:
    """Of `n` that were pushed so often, `won` have won since and `open` are open still; `chance`
    is the share that wins in the end, and its interval."""

    pushes: int
    n: int
    won: int
    open: int
    chance: float
    low: float
    high: float


def pushes(past: Past, as_of: float, known: Mask) -> tuple[Pushed, ...]:
    """By the number of pushes, as far as anybody came.

    From each number one wins, ends or is pushed once more; those who are open count for the pushes
    behind them and for none to come.
    """
    steps = past.steps[Kind.PUSH].by(as_of)
    count = np.minimum(np.bincount(steps.who, minlength=len(past)), MOST)[known]
    ended = (past.closed_known <= as_of)[known]
    won = ended & (past.outcome[known] == OUTCOMES.index("won"))
    most = int(count.max(initial=0))
    found: list[Pushed] = []
    later = 0.0
    for number in range(most, -1, -1):
        here, beyond = count == number, int((count > number).sum())
        resolved = int((here & ended).sum()) + beyond
        wins = int((here & won).sum())
        later = (wins + beyond * later) / resolved if resolved else later
        n = int((count >= number).sum())
        low, high = wilson(later * n, n)
        since = (count >= number) & won
        still = int(((count >= number) & ~ended).sum())
        found.append(Pushed(number, n, int(since.sum()), still, later, float(low), float(high)))
    return tuple(reversed([each for each in found if each.n]))
