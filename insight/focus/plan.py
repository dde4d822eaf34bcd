"""The plan for the hours ahead: what to work on, what has to wait, what to stop.

An hour goes where it brings most: by chance times worth for each hour that is left, owner by
owner until the hours are spent. Work can be divided, so for owners who keep what they have that is
the optimum of the linear program, and the first that gets no hour tells what one more would bring
(the fractional knapsack: G. B. Dantzig, Operations Research 5, 1957). What is committed is served
before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from insight.focus.bets import Bets
from insight.past import Codes, Floats, Mask

Verdict = Literal["work", "wait", "stop", "unknown"]
HOW: Final = "each keeps what they have: by density, which is optimal where work can be divided"


@dataclass(frozen=True)
class Plan:
    """By opportunity the hours it gets, NaN where those of its owner are not known, who works on it
    and what is `expected` from that; by owner the hours they have and what one more would bring."""

    bets: Bets
    given: Floats
    stop: Mask
    owner: list[str]
    capacity: Mapping[str, float]
    price: Mapping[str, float]
    how: str
    expected: Floats
    bound: float | None = None

    @cached_property
    def share(self) -> Floats:
        """Which part of the work that is left gets done."""
        return np.nan_to_num(self.given / self.bets.hours)

    @cached_property
    def value(self) -> float:
        """What is expected from the hours that are given."""
        return float(np.nansum(self.share * self.expected))

    def verdict(self, place: int) -> Verdict:
        """What is to become of one."""
        if self.stop[place]:
            return "stop"
        if np.isnan(self.given[place]) or np.isnan(self.bets.hours[place]):
            return "unknown"
        return "work" if self.given[place] > 0 else "wait"

    @cached_property
    def ranks(self) -> list[int]:
        """Everything, what pays most first; what nobody can value comes last."""
        density = np.nan_to_num(self.bets.per_hour, nan=-1.0)
        return np.lexsort((self.bets.view.rows, -density, self.stop)).tolist()  # type: ignore[no-any-return]  # numpy


def stopped(bets: Bets, tolerance: float) -> Mask:
    """What is not worth an hour any more: fewer than the tolerance still win."""
    return (bets.chance < tolerance) & ~bets.committed


def keep(bets: Bets, capacity: Mapping[str, float], tolerance: float) -> Plan:
    """Everybody works on what is theirs."""
    texts = bets.view.past.texts
    owner, stop = bets.codes("owner"), stopped(bets, tolerance)
    room = np.array([capacity.get(text, np.nan) for text in texts])[owner]
    density = np.nan_to_num(bets.per_hour, nan=-1.0)
    wanted = np.where(stop | np.isnan(bets.hours), 0.0, bets.hours)
    wanted[(density < 0) & ~bets.committed] = 0.0
    order = np.lexsort((-density, ~bets.committed, owner))
    before = _before(wanted[order], owner[order])
    given = np.empty(len(bets))
    given[order] = np.clip(room[order] - before, 0, wanted[order])
    left = (wanted > given + 1e-9) & ~bets.committed
    price = dict.fromkeys(capacity, 0.0)
    for place in np.flatnonzero(left & ~np.isnan(room)).tolist():
        name = texts[owner[place]]
        price[name] = max(price[name], float(density[place]))
    return Plan(bets, given, stop, bets.words("owner"), capacity, price, HOW, bets.expected)


def _before(hours: Floats, owner: Codes) -> Floats:
    """The hours of those who come before, owner by owner."""
    if not len(hours):
        return hours
    total = np.cumsum(hours) - hours
    new = np.r_[True, owner[1:] != owner[:-1]]
    return np.asarray(total - total[np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))])
