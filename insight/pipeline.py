"""How opportunities stood at one instant, in columns that two instants can be compared by.

Made from the past, or from a snapshot that was kept. Sums are whole numbers of ten-thousandths,
which is as exactly as a sum may be said, so that nothing is lost when they are added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from insight.past import Floats, Indexes, Mask, Past
from ledger.steps import Kind

Objects = NDArray[Any]
"""An array of texts, or of whole numbers of any size."""

UNIT: Final = Decimal("0.0001")
WORDS: Final = ("currency", "owner", "team", "segment", "product", "territory", "account_id")
GROUPS: Final = ("owner", "team", "territory", "segment", "product", "process", "stage")
"""What a pipeline can be told by."""
COLUMNS: Final = (
    *("ids", "outcome", "reopened", "units", "sized"),
    *("day", "ended", "ended_known"),
)
EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`words` holds a column of texts for each of GROUPS, for the currency and the account.

    `outcome` is an index of `insight.past.OUTCOMES`; `day` the close date in days since 1970,
    infinite where none was said, and of what was won the day on which it was; `ended` the instant
    of the end, NaN while it is open. `units` is the sum, 0 where `sized` is false.
    """

    as_of: float
    ids: Objects
    outcome: NDArray[np.int8]
    reopened: Mask
    units: Objects
    sized: Mask
    day: Floats
    ended: Floats
    ended_known: Floats
    words: dict[str, Objects]

    def __len__(self) -> int:
        return len(self.ids)

    def pick(self, which: Mask | Indexes) -> "Pipeline":
        """Some of them."""
        columns: dict[str, Any] = {name: getattr(self, name)[which] for name in COLUMNS}
        words = {name: column[which] for name, column in self.words.items()}
        return replace(self, **columns, words=words)

    def with_more(self, other: "Pipeline") -> "Pipeline":
        """These and the other's, as of the same instant."""
        columns: dict[str, Any] = {
            name: np.concatenate((getattr(self, name), getattr(other, name))) for name in COLUMNS
        }
        words = {
            name: np.concatenate((column, other.words[name])) for name, column in self.words.items()
        }
        return replace(self, **columns, words=words)


def pipeline_of(
    past: Past, instant: float, time_zone: str = "UTC", since: float = np.inf
) -> Pipeline:
    """What was known at the instant of all that was open then, and of what had ended after
    `since`; days are counted in the time zone."""
    rows = rows_of(past, instant, since)
    ended = past.closed_known[rows] <= instant
    outcome = np.where(ended, past.outcome[rows], 0).astype(np.int8)
    at = np.where(ended, past.closed[rows], np.nan)
    amount = past.last(Kind.AMOUNT, instant)[0][rows]
    texts = texts_of(past.texts)
    words = {name: texts[past.word(name, instant)[rows]] for name in (*WORDS, "process")}
    stage = np.nan_to_num(past.last(Kind.STAGE, instant)[0][rows]).astype(np.intp)
    words["stage"] = texts[stage]
    return Pipeline(
        as_of=instant,
        ids=texts_of(past.ids)[rows],
        outcome=outcome,
        reopened=np.nan_to_num(past.last(Kind.OPENED, instant)[0][rows]) > 1,
        units=units_of(amount),
        sized=~np.isnan(amount),
        day=_day(past.last(Kind.CLOSE_DATE, instant)[0][rows], outcome, at, ZoneInfo(time_zone)),
        ended=at,
        ended_known=np.where(ended, past.closed_known[rows], np.nan),
        words=words,
    )


def rows_of(past: Past, instant: float, since: float = np.inf) -> Indexes:
    """The indexes of those, in the past."""
    known = (past.known <= instant) & (past.opened <= instant)
    return np.flatnonzero(known & (past.closed_known > min(since, instant)))


def units_of(amount: Floats) -> Objects:
    """Sums as whole numbers of ten-thousandths; what was never said counts as 0."""
    exact = np.rint(np.nan_to_num(amount) * 10_000)
    whole = np.empty(len(exact), object)
    whole[:] = [int(each) for each in exact]
    return whole


def decimal_of(units: int) -> Decimal:
    """The sum as a decimal without needless zeros, but for two."""
    exact = units * UNIT
    return exact.quantize(Decimal("0.01")) if units % 100 == 0 else exact


def days_of(first: date, last: date) -> tuple[int, int]:
    """A period as `Pipeline.day` counts."""
    return first.toordinal() - EPOCH, last.toordinal() - EPOCH


def texts_of(values: Sequence[str]) -> Objects:
    """An array of texts."""
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _day(close: Floats, outcome: NDArray[np.int8], at: Floats, zone: ZoneInfo) -> Floats:
    """A win counts on its own day, all else on the day it was meant for."""
    day = np.where(np.isnan(close), np.inf, close)
    for i in np.flatnonzero(outcome == 1):
        day[i] = datetime.fromtimestamp(at[i], zone).toordinal() - EPOCH
    return day
