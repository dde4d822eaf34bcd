"""What is expected of every open opportunity, and of all of them together."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from insight.forecast.deals import Deals
from insight.past import Floats, View


class Chances(Protocol):
    """Of every opportunity of a view the chances of its ends by an instant, summing with `p_open`
    to one; `basis` says what they rest on, `n` how many ends that were."""

    p_won: Floats
    p_lost: Floats
    p_expired: Floats
    p_withdrawn: Floats
    p_open: Floats
    basis: str
    n: int


class Distribution(Protocol):
    """A sum that is not yet known."""

    mean: float

    def quantile(self, share: float) -> float:
        """What the sum stays below with that chance."""
        ...

    def chance_of(self, sum_: float) -> float:
        """How likely the sum is to reach that."""
        ...


class Model(Protocol):
    """What was learned from the past, such as `insight.learned`."""

    def chances(self, view: View, until: float) -> Chances:
        """The chances of every open opportunity by an instant."""
        ...

    def new_business(self, since: float, until: float, currency: str) -> Distribution | None:
        """What opportunities that are not yet known will have won between two instants, in sums of
        that currency; nothing where too little is known of it."""
        ...

    def revenue(
        self, amount: Floats, p_won: Floats, until: float, new: Distribution | None
    ) -> Distribution:
        """What these will bring by then, and with them the business that is new."""
        ...


@dataclass(frozen=True)
class Expectation:
    """Of every open opportunity the chance to be won in the period, to be won `earlier`, between
    the instant of the forecast and the period, and of the other ends by the period's end."""

    won: Floats
    earlier: Floats
    lost: Floats
    expired: Floats
    withdrawn: Floats
    still: Floats
    basis: str
    n: int


def expectation(model: Model, deals: Deals, before: float, last: float) -> Expectation:
    """What the model expects. A period that is over has nothing more to come."""
    view = deals.past.at(deals.instant)
    none = np.zeros(len(view))
    if last <= deals.instant:
        return Expectation(none, none, none, none, none, none + 1, "the period is over", 0)
    by = model.chances(view, last)
    earlier = model.chances(view, before).p_won if before > deals.instant else none
    earlier = np.minimum(earlier, by.p_won)
    return Expectation(
        *(by.p_won - earlier, earlier, by.p_lost, by.p_expired, by.p_withdrawn, by.p_open),
        *(by.basis, by.n),
    )


def given(expected: Expectation, which: int, chance: float) -> Expectation:
    """The same, where the chance of one is that, and what else may become of it shares the rest as
    before; where nothing else was expected, it stays open."""
    rest = 1.0 - expected.won[which]
    names = ("earlier", "lost", "expired", "withdrawn", "still")
    columns = {name: getattr(expected, name).copy() for name in ("won", *names)}
    for name in names:
        alone = 1.0 if name == "still" else 0.0
        share = columns[name][which] / rest if rest > 0 else alone
        columns[name][which] = share * (1.0 - chance)
    columns["won"][which] = chance
    return replace(expected, **columns)
