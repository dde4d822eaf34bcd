"""What was learned from the past by the instant of a forecast."""

from dataclasses import dataclass

import numpy as np

from insight.forecast.expectation import Distribution, Model
from insight.forecast.forecasting import Ground
from insight.past import Floats, View
from sales.calendar import Period

DRAWS = 4_000


def learn(on: Ground, days: Period) -> Model:
    """The model of that instant for a period."""
    return Stages()


@dataclass
class Own:
    """Chances by the stages' own probabilities."""

    p_won: Floats
    p_lost: Floats
    p_expired: Floats
    p_withdrawn: Floats
    p_open: Floats
    basis: str
    n: int


@dataclass
class Drawn:
    """A sum by draws."""

    draws: Floats
    mean: float

    def quantile(self, share: float) -> float:
        """Of the draws."""
        return float(np.quantile(self.draws, share))

    def chance_of(self, sum_: float) -> float:
        """Of the draws."""
        return float((self.draws >= sum_).mean())


class Stages:
    """Nothing learned."""

    def chances(self, view: View, until: float) -> Own:
        """The stages' own."""
        from insight.forecast.deals import _stages

        _, p = _stages(view)
        none = np.zeros(len(view))
        return Own(p, none, none, none, 1 - p, "the stages' own probabilities", 0)

    def new_business(self, since: float, until: float, currency: str) -> Distribution | None:
        """Nothing is known of it."""
        return None

    def revenue(
        self, amount: Floats, p_won: Floats, until: float, new: Distribution | None
    ) -> Distribution:
        """By draws."""
        rng = np.random.default_rng(1)
        won = rng.random((DRAWS, len(amount))) < p_won
        return Drawn(won @ amount, float(amount @ p_won))
