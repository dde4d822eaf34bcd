"""What was learned about segments and sources, for those who bring in new business."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.past import OUTCOMES, Past
from insight.spells import DAY
from insight.statistics.proportions import share
from ledger.steps import Kind


@dataclass(frozen=True)
class Segment:
    """One segment and source: of `ended` opportunities so many were won, with Wilson's interval of
    the rate; the median days to a win, what a win is worth on average, the hours each one that
    ended took, and what was won for each hour. `open` are still under way."""

    process: str
    segment: str
    source: str
    ended: int
    won: int
    rate: float | None
    low: float | None
    high: float | None
    open: int
    days_to_win: float | None
    value: float | None
    currency: str | None
    hours: float | None
    won_per_hour: float | None


def segments(
    past: Past, as_of: float, factors: Mapping[str, float], currency: str | None
) -> list[Segment]:
    """By process, segment and lead source, the most ended ones first."""
    known = (past.known <= as_of) & (past.opened <= as_of)
    ended = known & (past.closed_known <= as_of)
    won = ended & (past.outcome == OUTCOMES.index("won"))
    effort = past.steps[Kind.EFFORT].by(as_of)
    hours = np.bincount(effort.who, effort.value, len(past)).astype(np.float64)
    factor = np.array([factors.get(text, np.nan) for text in past.texts] or [np.nan])
    amount = past.last(Kind.AMOUNT, as_of)[0] * factor[past.word("currency", as_of)]
    days = (past.closed - past.opened) / DAY
    names = ("process", "segment", "lead_source")
    codes = np.column_stack([past.word(name, as_of) for name in names])
    found = []
    for key in np.unique(codes[known], axis=0):
        mine = known & (codes == key).all(axis=1)
        wins, over = mine & won, mine & ended
        rate = share(int(wins.sum()), int(over.sum()))
        valued = amount[wins][~np.isnan(amount[wins])]
        spent = float(hours[over].sum())
        found.append(
            Segment(
                past.texts[key[0]],
                past.texts[key[1]],
                past.texts[key[2]],
                int(over.sum()),
                int(wins.sum()),
                rate.rate,
                rate.low,
                rate.high,
                int((mine & ~ended).sum()),
                float(np.median(days[wins])) if wins.any() else None,
                float(valued.mean()) if len(valued) else None,
                currency,
                spent / int(over.sum()) if spent else None,
                float(valued.sum()) / spent if spent and len(valued) else None,
            )
        )
    return sorted(found, key=lambda each: (-each.ended, each.process, each.segment, each.source))
