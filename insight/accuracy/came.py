"""What came of what a snapshot spoke of."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight.forecast.deals import bounds
from insight.past import OUTCOMES, Codes, Floats, Indexes, Mask, Past
from insight.pipeline import days_of
from insight.snapshots.items import WON_BY, Columns
from insight.snapshots.said import Said
from ledger.snapshots import Kept
from ledger.steps import Kind
from sales.calendar import Calendar, Period

DAY: Final = 86_400.0
HORIZONS: Final = ((7.0, "to 7 days"), (31.0, "8 to 31 days"), (92.0, "32 to 92 days"))
FARTHER: Final = "over 92 days"
WON: Final = OUTCOMES.index("won")


def horizon(days: float) -> str:
    """How far ahead a forecast looked, in words."""
    return next((words for most, words in HORIZONS if days <= most), FARTHER)


class Came:
    """What is known by now of how everything ended."""

    def __init__(self, past: Past, as_of: datetime) -> None:
        self.past, self.instant = past, as_of.timestamp()
        self._row = {id_: i for i, id_ in enumerate(past.ids)}
        known = past.closed_known <= self.instant
        self.closed: Floats = np.where(known, past.closed, np.inf)
        self.won: Mask = known & (past.outcome == WON)
        self.amount: Floats = np.nan_to_num(past.last(Kind.AMOUNT, self.instant)[0])

    def rows(self, ids: NDArray[Any]) -> Indexes:
        """Where they are in the past; -1 where one is not there any more, for its import was
        undone."""
        return np.fromiter((self._row.get(id_, -1) for id_ in ids), np.intp, len(ids))

    @cached_property
    def currency(self) -> Codes:
        """As it was said last."""
        return self.past.word("currency", self.instant)

    @cached_property
    def owner(self) -> Codes:
        """As it stood last."""
        return self.past.word("owner", self.instant)

    def revenue(
        self, after: float, until: float, currency: str, owners: tuple[str, ...] | None
    ) -> float:
        """What was won between two instants, by these owners or by all."""
        texts = self.past.texts
        if currency not in texts:
            return 0.0
        which = self.won & (self.closed > after) & (self.closed <= until)
        which &= self.currency == texts.index(currency)
        if owners is not None:
            codes = [code for code, text in enumerate(texts) if text in owners]
            which &= np.isin(self.owner, codes)
        return float(self.amount[which].sum())


class Deals(NamedTuple):
    """The opportunities that were open in a snapshot and are still there: their columns, and
    whether each was won, or had ended at all, by the end of the period. `worth` is what the won
    ones brought, `dated` whether the close date lay in the period, and `chances` what each
    forecaster gave them, by its name."""

    columns: Columns
    won: Mask
    ended: Mask
    worth: Floats
    dated: Mask
    chances: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Scored:
    """A snapshot and one of its periods, which lies between these instants."""

    kept: Kept
    period: Period
    after: float
    until: float

    @property
    def horizon(self) -> str:
        """How far the period's end lay ahead."""
        return horizon((self.until - self.kept.as_of.timestamp()) / DAY)

    @property
    def said(self) -> list[Said]:
        """What forecasters said of it."""
        told = map(Said.of, self.kept.about["said"])
        return [each for each in told if each.period == self.period.label]

    def deals(self, columns: Columns, rows: Indexes, came: Came) -> Deals:
        """What came of the opportunities of the snapshot, which are those rows."""
        there = np.flatnonzero((columns["outcome"] == OUTCOMES[0]) & (rows >= 0))
        some, row = {name: column[there] for name, column in columns.items()}, rows[there]
        in_time = came.closed[row] <= self.until
        won = came.won[row] & in_time
        first, last = days_of(self.period.first, self.period.last)
        dated = (some["close_date"] >= first) & (some["close_date"] <= last)
        worth = np.where(won, came.amount[row], 0.0)
        return Deals(some, won, in_time, worth, dated, self._chances(some))

    def _chances(self, columns: Columns) -> dict[str, Floats]:
        share = self.kept.about["won_share"]["share"]
        rate = {} if share is None else {"global_rate": np.full(len(columns["opportunity"]), share)}
        return {
            "learned": columns[f"{WON_BY}{self.period.last}"],
            "stage_weighted": columns["stage_probability"],
            "vendor": columns["vendor_probability"],
            **rate,
        }


def periods_of(kept: Kept) -> list[Scored]:
    """The periods that a snapshot speaks of."""
    calendar = Calendar(time_zone=kept.about["time_zone"])
    found = []
    for told in kept.about["periods"]:
        days = Period(told["label"], *(date.fromisoformat(told[n]) for n in ("first", "last")))
        found.append(Scored(kept, days, *bounds(days, calendar)))
    return found
