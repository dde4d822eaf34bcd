"""A model whose numbers can be worked out by hand."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from insight.past import Floats, View


@dataclass
class Chances:
    p_won: Floats
    p_lost: Floats
    p_expired: Floats
    p_withdrawn: Floats
    p_open: Floats
    basis: str
    n: int


@dataclass
class Normal:
    mean: float
    variance: float

    def quantile(self, share: float) -> float:
        spread = NormalDist().inv_cdf(share) * self.variance**0.5
        return float(self.mean + spread)

    def chance_of(self, sum_: float) -> float:
        if not self.variance:
            return float(self.mean >= sum_)
        return 1 - NormalDist(self.mean, self.variance**0.5).cdf(sum_)


class StandIn:
    """Everybody is won with one chance a day, lost with the same; so much business is new a day."""

    def __init__(self, a_day: float = 0.004, new_a_day: float = 0.0) -> None:
        self.a_day, self.new_a_day = a_day, new_a_day

    def chances(self, view: View, until: float) -> Chances:
        days = (until - view.instant) / 86_400
        won = np.full(len(view), min(self.a_day * days, 0.4))
        none = np.zeros(len(view))
        return Chances(won, won, none, none, 1 - 2 * won, "by hand", 7)

    def new_business(self, since: float, until: float, currency: str) -> Normal | None:
        return Normal((until - since) / 86_400 * self.new_a_day, 0.0) if self.new_a_day else None

    def revenue(self, amount: Floats, p_won: Floats, until: float, new: Any) -> Normal:
        more = new.mean if new else 0.0
        return Normal(float(amount @ p_won) + more, float((amount**2) @ (p_won * (1 - p_won))))
