"""Return on effort: what each hour that was logged has brought, and which hours went to no win."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.past import OUTCOMES, Past
from ledger.steps import Kind


@dataclass(frozen=True)
class Return:
    """Of one group the hours that were logged: those on what was won, on what `ended` otherwise
    and on what is open; `amount` is what the wins brought and `per_hour` that for each of all the
    hours, `per_won_hour` for each on what was won. `unvalued` wins have no amount or no rate."""

    group: str
    n: int
    won: int
    hours: float
    hours_won: float
    hours_ended: float
    hours_open: float
    wasted: float | None
    amount: float
    per_hour: float | None
    per_won_hour: float | None
    unvalued: int


def returns(past: Past, as_of: float, by: str, factors: Mapping[str, float]) -> list[Return]:
    """Of each group, and of all together first; the most hours first. `factors` converts what was
    won into one currency."""
    known = (past.known <= as_of) & (past.opened <= as_of)
    ended = known & (past.closed_known <= as_of)
    won = ended & (past.outcome == OUTCOMES.index("won"))
    effort = past.steps[Kind.EFFORT].by(as_of)
    hours = np.bincount(effort.who, effort.value, len(past)).astype(np.float64)
    factor = np.array([factors.get(text, np.nan) for text in past.texts] or [np.nan])
    amount = past.last(Kind.AMOUNT, as_of)[0] * factor[past.word("currency", as_of)]
    codes, group = np.unique(past.word(by, as_of)[known], return_inverse=True)
    unvalued = won & np.isnan(amount)
    measured = (
        known,
        won,
        hours,
        np.where(won, hours, 0),
        np.where(ended & ~won, hours, 0),
        np.where(~ended, hours, 0),
        np.where(won, np.nan_to_num(amount), 0),
        unvalued,
    )
    sums = [np.bincount(group, each[known], len(codes)) for each in measured]
    names = [past.texts[code] or "none" for code in codes]
    each = [_told(name, [float(s[i]) for s in sums]) for i, name in enumerate(names)]
    whole = _told("all", [float(s.sum()) for s in sums])
    return [whole, *sorted(each, key=lambda one: (-one.hours, one.group))]


def _told(name: str, sums: list[float]) -> Return:
    n, won, hours, on_won, on_lost, on_open, amount, unvalued = sums
    return Return(
        name,
        int(n),
        int(won),
        hours,
        on_won,
        on_lost,
        on_open,
        on_lost / hours if hours else None,
        amount,
        amount / hours if hours else None,
        amount / on_won if on_won else None,
        int(unvalued),
    )
