"""Win and loss: how often, why, how far, how long, and what separates the one from the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

from insight.past import Past
from insight.win_loss.attributes import Around, Attribute, attributes, measures
from insight.win_loss.cases import Cases, cases_of
from insight.win_loss.cycle import Cycle, cycle
from insight.win_loss.funnel import Funnel, StageTime, funnel, times
from insight.win_loss.groups import Group, groups
from insight.win_loss.money import Money, Rates, money_of
from insight.win_loss.pursuits import Pursuits, pursuits
from insight.win_loss.rates import Horizon, Rate, horizon, rates
from insight.win_loss.reasons import Reason, Rival, reasons, rivals
from insight.win_loss.separates import LEAST, Separation, separation
from insight.win_loss.stages import Stages
from insight.win_loss.voices import Voices, voices

CUSTOMERS: Final = ("account", "segment", "product", "month", "roles")
"""By what it is told how customers buy."""


@dataclass(frozen=True)
class WinLoss:
    """Everything that is known of wins and losses. `sentences` say in words what is missing: few
    ends, none won, no sums."""

    as_of: datetime
    since: datetime | None
    until: datetime
    ended: int
    open: int
    left_out: int
    rates: list[Rate]
    horizon: list[Horizon]
    reasons: list[Reason]
    rivals: list[Rival]
    voices: Voices
    pursuits: Pursuits
    funnel: list[Funnel]
    times: list[StageTime]
    cycle: Cycle
    separation: Separation
    customers: dict[str, list[Group]]
    sentences: list[str] = field(default_factory=list)


class Looking:
    """The cases of a past within a window, and everything that can be asked of them."""

    def __init__(
        self,
        past: Past,
        as_of: float,
        around: Around,
        *,
        since: float | None = None,
        until: float | None = None,
        rates: Rates | None = None,
    ) -> None:
        self.cases: Cases = cases_of(past, as_of, since, until)
        self.stages = Stages(self.cases)
        self.money: Money = money_of(self.cases, rates)
        self.around = around
        self.attributes: Mapping[str, Attribute] = attributes(
            self.cases, self.stages, around, self.money
        )

    def by(self, name: str) -> list[Group]:
        """How the values of an attribute fare; nothing where nobody ever said it."""
        found = self.attributes.get(name)
        return groups(self.cases, found, self.money) if found else []

    def all(self, days: float = 30, least: int = LEAST) -> WinLoss:
        """Everything; the horizon is of so many days, and groups of fewer ends than `least` are
        not compared."""
        cases, money = self.cases, self.money
        return WinLoss(
            _when(cases.as_of),
            None if np.isinf(cases.since) else _when(cases.since),
            _when(cases.until),
            int(cases.ended.sum()),
            int((cases.open & (cases.opened <= cases.until)).sum()),
            cases.left_out,
            rates(cases, money),
            horizon(cases, self._ages(), days),
            reasons(cases),
            rivals(cases, self.around.particulars),
            voices(cases, self.around.interviews, self.around.particulars),
            pursuits(cases),
            funnel(cases, self.stages),
            times(cases, self.stages),
            cycle(cases),
            separation(cases, self.attributes, measures(cases, money, self.around), least),
            {name: self.by(name) for name in CUSTOMERS},
            self.sentences(),
        )

    def _ages(self) -> list[float]:
        """The beginning, and whole days at which a quarter, half and three quarters had ended."""
        days = self.cases.days[self.cases.ended]
        if not days.size:
            return [0.0]
        quarters = np.ceil(np.quantile(days, (0.25, 0.5, 0.75)))
        return [*dict.fromkeys([0.0, *map(float, quarters)])]

    def sentences(self) -> list[str]:
        """What has to be said beside the numbers, or instead of them."""
        cases, money = self.cases, self.money
        n, won = int(cases.ended.sum()), int(cases.won.sum())
        found = []
        if not len(cases):
            found.append("the ledger holds no opportunity that was known then")
        elif not n:
            found.append("nothing has ended in that time, so there is no win rate yet")
        elif won in (0, n):
            found.append(f"all {n} that ended were won" if won else f"none of the {n} was won")
        if n and money.without:
            found.append(
                f"{money.without} of the {n} that ended have no amount; values leave them out"
            )
        if len(money.amounts) > 1:
            several = ", ".join(sorted(money.amounts))
            found.append(
                f"sums are in {several}, and the calendar names no base currency: none are added"
            )
        if money.unconverted:
            found.append(f"{money.unconverted} sums have no exchange rate; values leave them out")
        if cases.left_out:
            found.append(f"{cases.left_out} are duplicates or created in error and count nowhere")
        return found


def _when(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
