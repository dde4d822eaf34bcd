"""What a forecast has to be better than: simple rules that anybody could follow."""

from typing import Final, NamedTuple

import numpy as np

from insight.past import OUTCOMES, Floats, Past
from ledger.steps import Kind

DAY: Final = 86_400.0
SEASON: Final = 91 * DAY
"""A quarter in whole weeks: sales have their own season."""
VENDOR: Final = (0.2, 0.4, 0.6, 0.8, 0.9)
"""The chances that a widely used CRM gives its stages when nobody sets them, the first stage's
first; a process with another number of stages is spread over them."""

Sums = dict[str, float]
"""By currency."""


def won_between(past: Past, as_of: float, after: float, until: float) -> Sums:
    """What was won behind one instant and up to another, as far as it was known `as_of`."""
    won = (past.outcome == OUTCOMES.index("won")) & (past.closed_known <= as_of)
    rows = np.flatnonzero(won & (past.closed > after) & (past.closed <= until))
    amount = np.nan_to_num(past.last(Kind.AMOUNT, as_of)[0][rows])
    currency = past.word("currency", as_of)[rows]
    sums = np.bincount(currency, amount, len(past.texts))
    return {past.texts[code]: float(sums[code]) for code in np.unique(currency) if past.texts[code]}


def run_rate(past: Past, as_of: float, after: float, until: float) -> Sums | None:
    """As much as in the same number of days up to now; None where the past is shorter."""
    length = until - after
    return _once(past, as_of, as_of - length, as_of)


def seasonal(past: Past, as_of: float, after: float, until: float) -> Sums | None:
    """As much as on the same days of the last quarter that are over; None where the past does not
    reach so far."""
    back = SEASON * max(np.ceil((until - as_of) / SEASON), 1)
    return _once(past, as_of, after - back, until - back)


class Share(NamedTuple):
    """A share of so many; None of nothing."""

    share: float | None
    n: int


def won_share(past: Past, as_of: float) -> Share:
    """Which share of what had ended was won, whatever its stage and age."""
    ended = past.closed_known <= as_of
    n = int(ended.sum())
    won = int((ended & (past.outcome == OUTCOMES.index("won"))).sum())
    return Share(won / n if n else None, n)


def vendor_chances(position: Floats, stages: Floats) -> Floats:
    """The vendor's chance for a stage at this position, from 0, among so many."""
    place = position / np.maximum(stages - 1, 1) * (len(VENDOR) - 1)
    return np.array(VENDOR)[np.clip(np.rint(place), 0, len(VENDOR) - 1).astype(np.intp)]


def _once(past: Past, as_of: float, after: float, until: float) -> Sums | None:
    known = past.opened[past.known <= as_of]
    if not len(known) or known.min() > after:
        return None
    return won_between(past, as_of, after, until)
