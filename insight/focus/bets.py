"""What is open, as bets: what each may bring, how likely, and for how many hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np

from insight.focus.chances import Forecaster, stages_of
from insight.focus.hours import StageHours, hours_left, stage_hours
from insight.past import Codes, Floats, Mask, Past, View
from insight.spells import DAY, spells
from ledger.steps import Kind

GROUPS: Final = ("owner", "team", "process", "segment", "lead_source")
"""By what things can be summed up."""


@dataclass(frozen=True)
class Bets:
    """The open opportunities in the order of the view, as columns.

    `worth` is the amount in the one currency, NaN where there is none or no rate; `hours` are those
    of work that are left, NaN where nobody knows; `committed` is what the buyer has said yes to, or
    is about to. `days` is the time within which they may be won. `unvalued` counts what has no
    worth by the reason.
    """

    view: View
    days: float
    currency: str | None
    chance: Floats
    worth: Floats
    hours: Floats
    committed: Mask
    basis: str
    ends: tuple[int, int]
    table: list[StageHours]
    unvalued: dict[str, int]

    def __len__(self) -> int:
        return len(self.view)

    @cached_property
    def expected(self) -> Floats:
        """The chance times the worth: no uplift, which without an experiment nobody knows."""
        return self.chance * self.worth

    @cached_property
    def per_hour(self) -> Floats:
        """What is expected for each hour that is left."""
        return self.expected / self.hours

    @cached_property
    def ids(self) -> list[str]:
        """The opportunities."""
        return [self.view.past.ids[row] for row in self.view.rows]

    def codes(self, name: str) -> Codes:
        """The owner, the process, ... of each, as codes of the past's texts."""
        return self.view.word(name)

    def words(self, name: str) -> list[str]:
        """The same as texts."""
        return [self.view.past.texts[code] for code in self.codes(name)]


def bets(
    past: Past,
    as_of: float,
    forecaster: Forecaster,
    until: datetime,
    factors: Mapping[str, float],
    currency: str | None = None,
) -> Bets:
    """What was open at the instant and may be won by the other one. `factors` converts currencies
    into the one; what it does not name has no worth."""
    view = past.at(as_of)
    told = forecaster.chances(view, until)
    table = stage_hours(past, as_of, spells(past, as_of))
    codes = view.word("currency")
    factor = np.array([factors.get(text, np.nan) for text in past.texts] or [np.nan])
    worth = view.amount * factor[codes]
    stages = stages_of(view)
    commit = np.array([bool(stage and stage.category == "commit") for _, stage in stages], np.bool_)
    halves = (view.count(Kind.YES) > 0) | (view.count(Kind.ACTION) > 0)
    unvalued = {"no_amount": int(np.isnan(view.amount).sum())}
    for code in np.unique(codes[np.isnan(factor[codes]) & ~np.isnan(view.amount)]):
        name = past.texts[code] or "no_currency"
        unvalued[name] = int(((codes == code) & ~np.isnan(view.amount)).sum())
    return Bets(
        view,
        (until.timestamp() - as_of) / DAY,
        currency,
        told.p_won,
        worth,
        hours_left(view, table),
        commit | halves,
        told.basis,
        told.ends,
        table,
        {reason: count for reason, count in unvalued.items() if count},
    )
