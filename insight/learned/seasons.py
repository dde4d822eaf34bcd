"""Calendar effects: how much more or less happens on some days, as far as it has returned.

An effect counts once it has been seen to come back: what differs between the Mondays of many weeks
from what differs among the Mondays is told apart by the variance within the repetitions (one-way
analysis of variance of observed over expected counts, empirical Bayes). A pattern seen in a single
quarter is no pattern.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight.learned.days import DAY
from insight.past import Dates, Floats, Indexes

FORTNIGHTS: Final = 7
"""The bins of a quarter, of thirteen days each, counted from its end."""
SUNDAY: Final = 6
"""The bin of the week that public holidays are counted with."""
MONTH_END: Final = (2, 5, 10, 20)
"""Where the bins of a month begin, in days left."""
DOUBT: Final = 3.0
"""So many repetitions are worth the first belief, that nothing returns."""
BOUNDS: Final = (0.05, 20.0)


class Season(NamedTuple):
    """How days are alike: `bin` of each, how many `bins` there are, and in which `turn` of the
    week, month, quarter or year it lies."""

    name: str
    bin: Indexes
    bins: int
    turn: Indexes


def seasons(as_of: float, first: int, last: int, holidays: Dates) -> tuple[Season, ...]:
    """Of the moves between the days `first` to `last` and their next days, by the day in UTC in
    the middle between."""
    day = _days(as_of, first, last)
    month = day.astype("datetime64[M]")
    number = month.astype(np.intp)
    quarter = number // 3
    quarter_end = ((quarter + 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    month_end = (month + 1).astype("datetime64[D]")
    left = (month_end - day).astype(np.intp) - 1
    left_quarter = (quarter_end - day).astype(np.intp) - 1
    return (
        _weeks(day, holidays),
        Season("month", np.searchsorted(MONTH_END, left, side="right"), 5, number),
        Season("quarter", np.minimum(left_quarter // 13, FORTNIGHTS - 1), FORTNIGHTS, quarter),
        Season("year", number % 12, 12, number // 12),
    )


def weeks(as_of: float, first: int, last: int, holidays: Dates) -> Season:
    """The first of these seasons alone: Monday is its bin 0, and a holiday counts as a Sunday."""
    return _weeks(_days(as_of, first, last), holidays)


def _weeks(day: Dates, holidays: Dates) -> Season:
    number = day.astype(np.intp) + 3
    weekday = np.where(np.isin(day, holidays), SUNDAY, number % 7)
    return Season("week", weekday, 7, number // 7)


def _days(as_of: float, first: int, last: int) -> Dates:
    middle = as_of + (np.arange(first, last) + 0.5) * DAY
    found: Dates = np.floor(middle / DAY).astype("datetime64[D]")
    return found


def returning(observed: Floats, expected: Floats) -> Floats:
    """Factors of groups from what was observed and expected in each (..., turn): the ratio of each
    group, shrunk to 1 by the share of the variance between the groups that is not chance and does
    not come and go with the turns. All are 1 where no group was seen in two turns."""
    total = observed.sum(), expected.sum()
    seen, hoped = observed.sum(-1), expected.sum(-1)
    one = np.ones(hoped.shape)
    if total[0] <= 0 or total[1] <= 0:
        return one
    expected, hoped = expected * (total[0] / total[1]), hoped * (total[0] / total[1])
    each, group = _over(observed - expected, expected), _over(seen - hoped, hoped)
    squares = (expected**2).sum(-1)
    turns, groups = int((expected > _FEW).sum()), int((hoped > _FEW).sum())
    spare_within = (hoped - _over(squares, hoped)).sum()
    spare_between = hoped.sum() - (hoped**2).sum() / hoped.sum()
    if turns == groups or groups < 2 or spare_within <= _FEW or spare_between <= _FEW:
        return one
    within = (expected * (each - group[..., None]) ** 2).sum() - (turns - groups)
    seen_again = (expected.reshape(-1, *expected.shape[-2:]).sum(0) > _FEW).sum(1)
    again = int((seen_again - 1).clip(0).sum())
    restless = max(float(within / spare_within), 0.0)
    all_of_it = max(float(((expected * each**2).sum() - turns) / hoped.sum()), 0.0)
    restless = (again * restless + DOUBT * all_of_it) / (again + DOUBT)
    between = (hoped * group**2).sum() - (groups - 1) - restless * _over(squares, hoped).sum()
    steady = max(float(between / spare_between), 0.0)
    if steady <= 0:
        return one
    noise = restless * _over(squares, hoped**2) + _over(one, hoped)
    return np.clip(1 + group * np.where(hoped > _FEW, steady / (steady + noise), 0.0), *BOUNDS)


_FEW: Final = 1e-6


def _over(some: Floats, of: Floats) -> Floats:
    enough = of > _FEW
    found: NDArray[np.float64] = np.where(enough, some / np.where(enough, of, 1.0), 0.0)
    return found


def by_turn(season: Season, values: Floats) -> Floats:
    """The sums of daily values by bin and turn."""
    turns, turn = np.unique(season.turn, return_inverse=True)
    flat = np.bincount(season.bin * len(turns) + turn, values, season.bins * len(turns))
    return flat.astype(np.float64).reshape(season.bins, len(turns))


def runs(season: Season) -> tuple[Indexes, Indexes, int]:
    """Where days begin to be of another bin or turn, the place of each such run in a table of bins
    and turns, and how many turns there are."""
    both = season.turn * season.bins + season.bin
    begins = np.flatnonzero(np.diff(both, prepend=both[:1] - 1))
    turns, turn = np.unique(season.turn[begins], return_inverse=True)
    return begins, season.bin[begins] * len(turns) + turn, len(turns)
