"""What a forecast says, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from insight.forecast.groups import By
from insight.forecast.sums import Columns


class Outlook(NamedTuple):
    """What was learned to expect of a line: `expected` is what is closed, `open`, the share that
    is expected of the open opportunities (`unsized` of it is of those without an amount, by what
    such wins came to), and `new`, which is None where nothing is said of business that is not yet
    in the pipeline. In nine of ten cases the total is above `p10`, in one
    of ten above `p90`. `wins` is how many of the open ones are expected."""

    wins: float
    open: Decimal
    unsized: Decimal
    new: Decimal | None
    expected: Decimal
    p10: Decimal
    p50: Decimal
    p90: Decimal


class Against(NamedTuple):
    """A line and its quota: `whole` where no day of the period is without one, `attained` the share
    that is closed, `remaining` what is left to win, `coverage` how many times what is open in the
    period is that (None where nothing is left), `chance` how likely the quota is to be reached."""

    quota: Decimal
    whole: bool
    attained: float | None
    remaining: Decimal
    coverage: float | None
    chance: float | None


class Submitted(NamedTuple):
    """What somebody said that the line would come to, and why."""

    amount: Decimal
    by: str
    reason: str


@dataclass(frozen=True)
class Line:
    """One line of the forecast: the whole where `whose` is None, or one group in one currency.
    Without a currency it counts those that have no sum."""

    whose: str | None
    depth: int
    currency: str | None
    columns: Columns
    outlook: Outlook | None
    against: Against | None
    submitted: Submitted | None


class Expected(NamedTuple):
    """One open opportunity: how likely it is to be won in the period, to be won before it began, to
    have ended otherwise by its end, and to be open still. `value` is what it is expected to
    bring, in `value_currency`: without an amount, by what such wins came to."""

    id: str
    owner: str | None
    process: str
    stage: str
    column: str
    close_date: date | None
    amount: Decimal | None
    currency: str | None
    p_won: float
    p_won_before: float
    p_lost: float
    p_expired: float
    p_withdrawn: float
    p_open: float
    value: Decimal | None
    value_currency: str | None


@dataclass(frozen=True)
class Forecast:
    """What a period will bring, as of an instant. `whole` has a line for each currency and one for
    what has no sum; `lines` the same by group. `basis` says what the chances rest on and `n` how
    many ends that were. `notes` are sentences about what the numbers leave out."""

    period: str
    first: date
    last: date
    as_of: datetime
    into: str | None
    by: By | None
    basis: str
    n: int
    whole: Sequence[Line]
    lines: Sequence[Line]
    opportunities: Sequence[Expected]
    notes: Sequence[str]
