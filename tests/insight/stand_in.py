"""Something learned, whose numbers can be worked out by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import numpy as np

from insight.learned import Chances, Learned, NewBusiness
from insight.learned.learned import LEARNED
from insight.past import Floats, View


class StandIn:
    """Everybody is won with one chance a day and lost with the same, and is worth their amount, or
    `unsized` euros; so many euros, and as much of what is `also`, are new
    business a day."""

    fitted: Mapping[int, Any] = {}

    def __init__(self, a_day: float = 0.004, new_a_day: float = 0.0, unsized: float = 0.0) -> None:
        self.a_day, self.new_a_day, self.unsized = a_day, new_a_day, unsized
        self.wins: dict[str, Floats] = dict.fromkeys(("EUR", "USD"), np.array([50.0, 150.0]))
        self.also: str | None = None

    def chances(self, view: View, until: datetime) -> Chances:
        days = max(until.timestamp() - view.instant, 0) / 86_400
        won = np.full(len(view), min(self.a_day * days, 0.4))
        none = np.zeros(len(view))
        codes = np.where(np.isnan(view.amount), 0, view.word("currency"))
        names = sorted({*(view.past.texts[code] for code in codes if code), "EUR"})
        currency = np.array(
            [names.index(view.past.texts[code] or "EUR") for code in codes], np.intp
        )
        worth = np.where(np.isnan(view.amount), self.unsized, view.amount)
        return Chances(
            *(until, round(days), won, won, none, none, 1 - 2 * won, worth, currency),
            *(tuple(names), np.ones(len(view), bool), LEARNED, (3, 4)),
        )

    def new_business(self, as_of: datetime, until: datetime) -> NewBusiness:
        days = max((until - as_of).total_seconds(), 0) / 86_400
        names = ["EUR", *([self.also] if self.also else [])] if self.new_a_day else []
        sums = dict.fromkeys(names, days * self.new_a_day)
        return NewBusiness(until, {name: sum_ / 100 for name, sum_ in sums.items()}, sums)


def stand_in(*said: float) -> Learned:
    """It, as what it stands for."""
    return cast("Learned", StandIn(*said))
