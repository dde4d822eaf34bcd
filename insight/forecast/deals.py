"""The opportunities that a forecast is made of, as they were known at an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from insight.past import OUTCOMES, Codes, Floats, Indexes, Past, View
from ledger.steps import Kind
from sales.calendar import Calendar, Period
from sales.values import end_of

COLUMNS: Final = (
    *("closed", "commit", "best_case", "pipeline", "omitted"),
    *("outside", "undated"),
)
"""Where an opportunity counts, each in one of them: won in the period, open with a close date in
the period by its category, open with another close date, open without one."""
LIKELY: Final = ("commit", "best_case", "pipeline")
"""The columns of what may still be won in the period, the surest first."""
CLOSED: Final = COLUMNS.index("closed")
NO_CURRENCY: Final = ""
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Deals:
    """Columns about the opportunities of `rows`, their indexes in the past: those that were won in
    the period, and behind them, from `closed` on, those that were open.

    `column` is an index of COLUMNS, `probability` the stage's own, `amount` NaN where no sum is
    known, and `currency` an index of `currencies`, whose first is none at all. `close` is the close
    date as a day from 1970, NaN where there is none.
    """

    past: Past
    instant: float
    rows: Indexes
    closed: int
    column: NDArray[np.int8]
    category: NDArray[np.int8]
    probability: Floats
    amount: Floats
    currency: Codes
    currencies: tuple[str, ...]
    close: Floats

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def open(self) -> slice:
        """Those that were open."""
        return slice(self.closed, None)

    @cached_property
    def ids(self) -> list[str]:
        """Their ids."""
        return [self.past.ids[row] for row in self.rows]

    @cached_property
    def where(self) -> dict[str, int]:
        """The position of each id."""
        return {id_: position for position, id_ in enumerate(self.ids)}

    def words(self, name: str) -> tuple[Codes, Sequence[str]]:
        """A text of each as it stood, such as its owner: codes into the distinct texts."""
        found, codes = np.unique(self.past.word(name, self.instant)[self.rows], return_inverse=True)
        return codes.astype(np.int32), [self.past.texts[code] for code in found]


def bounds(days: Period, calendar: Calendar) -> tuple[float, float]:
    """The instants between which a period lies: the last before it, and its own last."""
    day_before = date.fromordinal(days.first.toordinal() - 1)
    zone = calendar.time_zone
    return end_of(day_before, zone).timestamp(), end_of(days.last, zone).timestamp()


def deals_of(
    past: Past,
    as_of: datetime,
    days: Period,
    calendar: Calendar,
    categories: Mapping[str, str] | None = None,
) -> Deals:
    """Those that matter to the period, as known at that instant. `categories` are the ones that
    people put open opportunities into; else a buyer's yes or purchase is `commit`, and what has
    neither is as the stage has it in the version of its process then."""
    instant = as_of.timestamp()
    view, won = past.at(instant), _won(past, instant, *bounds(days, calendar))
    rows = np.concatenate([won, view.rows])
    category, probability = _stages(view)
    _judge(view, category, categories or {})
    close, _ = past.last(Kind.CLOSE_DATE, instant)
    column = np.full(len(rows), CLOSED, np.int8)
    column[len(won) :] = _columns(category, close[view.rows], days)
    amount, _ = past.last(Kind.AMOUNT, instant)
    amount = amount[rows]
    currency, currencies = _currencies(past, instant, rows, amount)
    return Deals(
        *(past, instant, rows, len(won), column),
        np.concatenate([np.full(len(won), CLOSED, np.int8), category]),
        np.concatenate([np.ones(len(won)), probability]),
        *(amount, currency, currencies, close[rows]),
    )


def _won(past: Past, instant: float, before: float, last: float) -> Indexes:
    won = past.outcome == OUTCOMES.index("won")
    within = (past.closed > before) & (past.closed <= min(last, instant))
    return np.flatnonzero(won & within & (past.closed_known <= instant) & (past.known <= instant))


def _stages(view: View) -> tuple[NDArray[np.int8], Floats]:
    """The category and the probability of each open one, by its process, version and stage."""
    version, _ = view.last(Kind.VERSION)
    versions = np.nan_to_num(version).astype(np.int64)
    shape = (len(view.past.texts), int(versions.max(initial=0)) + 1, len(view.past.texts))
    keys = np.ravel_multi_index((view.word("process"), versions, view.stage), shape)
    distinct, which = np.unique(keys, return_inverse=True)
    category = np.full(len(distinct), COLUMNS.index("omitted"), np.int8)
    probability, texts = np.zeros(len(distinct)), view.past.texts
    for i, key in enumerate(distinct):
        name, number, stage = map(int, np.unravel_index(key, shape))
        process = view.past.processes.get((texts[name], number))
        if found := process.stage(texts[stage]) if process else None:
            category[i], probability[i] = COLUMNS.index(found.category), found.probability
    promised = (view.count(Kind.YES) > 0) | (view.count(Kind.ACTION) > 0)
    commit = np.int8(COLUMNS.index("commit"))
    return np.where(promised, commit, category[which]), probability[which]


def _judge(view: View, category: NDArray[np.int8], categories: Mapping[str, str]) -> None:
    if not categories:
        return
    where = {view.past.ids[row]: i for i, row in enumerate(view.rows)}
    for id_, named in categories.items():
        if id_ in where:
            category[where[id_]] = COLUMNS.index(named)


def _columns(category: NDArray[np.int8], close: Floats, days: Period) -> NDArray[np.int8]:
    first, last = (day.toordinal() - _EPOCH for day in (days.first, days.last))
    found = category.copy()
    found[(close < first) | (close > last)] = COLUMNS.index("outside")
    found[np.isnan(close)] = COLUMNS.index("undated")
    return found


def _currencies(
    past: Past, instant: float, rows: Indexes, amount: Floats
) -> tuple[Codes, tuple[str, ...]]:
    codes = np.where(np.isnan(amount), 0, past.word("currency", instant)[rows])
    distinct, which = np.unique(np.append(codes, 0), return_inverse=True)
    return which[:-1].astype(np.int32), tuple(past.texts[code] for code in distinct)


def day_number(day: date) -> float:
    """A day as close dates are counted."""
    return float(day.toordinal() - _EPOCH)


def day_of_number(number: float) -> date | None:
    """The other way round; nothing for NaN."""
    return None if np.isnan(number) else date.fromordinal(int(number) + _EPOCH)
