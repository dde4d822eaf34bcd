"""Whether two who name a reason for the same thing name the same."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from insight.statistics.proportions import Share, share


class Agreement(NamedTuple):
    """`same` is how often both said the same; `kappa` is what of it chance does not explain: 0 is
    chance alone, 1 is always (J. Cohen, Educational and Psychological Measurement 20, 1960). It is
    None where chance alone would always agree."""

    same: Share
    kappa: float | None


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """How far two lists agree, place by place."""
    n = len(first)
    same = share(sum(a == b for a, b in zip(first, second, strict=True)), n)
    if same.rate is None:
        return Agreement(same, None)
    names = {name: i for i, name in enumerate(dict.fromkeys([*first, *second]))}
    mine, theirs = (
        np.bincount([names[each] for each in said], minlength=len(names)) / n
        for said in (first, second)
    )
    chance = float(mine @ theirs)
    return Agreement(same, None if chance > 1 - 1e-12 else (same.rate - chance) / (1 - chance))
