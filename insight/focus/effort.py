"""Return on effort: what each hour that was logged has brought, and which hours went to no win."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.past import OUTCOMES, Codes, Past
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

    def told(name: str, mine: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Return:
        all_, on_won = float(hours[mine].sum()), float(hours[mine & won].sum())
        lost = float(hours[mine & ended & ~won].sum())
        brought = float(np.nansum(amount[mine & won]))
        return Return(
            name,
            int(mine.sum()),
            int((mine & won).sum()),
            all_,
            on_won,
            lost,
            float(hours[mine & ~ended].sum()),
            lost / all_ if all_ else None,
            brought,
            brought / all_ if all_ else None,
            brought / on_won if on_won else None,
            int(np.isnan(amount[mine & won]).sum()),
        )

    codes = groups(past, as_of, by)
    each = [told(past.texts[c] or "none", known & (codes == c)) for c in np.unique(codes[known])]
    return [told("all", known), *sorted(each, key=lambda one: (-one.hours, one.group))]


def groups(past: Past, as_of: float, by: str) -> Codes:
    """Of each opportunity the group it was in last, as a code of the past's texts."""
    return past.word(by, as_of)
