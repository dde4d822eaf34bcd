"""How long a term is, and which one follows: whole months keep their day of the month.

A term that is counted in days lasts until its last day is over in the contract's time zone; one
with an hour lasts to the instant, which is where the next one begins.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints, TypeAdapter, WithJsonSchema

from sales.values import Day, Duration, day_of, end_of

LEAST: Final = timedelta(seconds=1)
"""No term is shorter, or an account would do nothing but renew it."""
MOST_MONTHS: Final = 360
DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta(microseconds=1)
_MONTHS: Final = re.compile(r"(\d{1,4})(mo|y)", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,6}(\.\d+)?[smhdw]", re.ASCII)
_DURATION: Final = TypeAdapter[timedelta](Duration)


def _length(text: str) -> str:
    months = months_in(text)
    if months is not None:
        if not 1 <= months <= MOST_MONTHS:
            raise ValueError("out_of_range (between a month and thirty years)")
    elif not (_CLOCK.fullmatch(text) and _DURATION.validate_python(text) >= LEAST):
        raise ValueError("not_a_length (a number and a unit, at least a second: 1y, 3mo, 30d, 30s)")
    return text


Length = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20),
    AfterValidator(_length),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*\d+(mo|y|(\.\d+)?[smhdw])\s*$",
            "description": "a number and a unit: 1y, 3mo, 30d or, for a rehearsal, 30s",
        }
    ),
]
"""How long a term is: months and years by the calendar, everything else by the clock."""


class Span(NamedTuple):
    """From its first instant to its last. One of whole days (`dated`) ends a moment before the
    next day begins, one with an hour where the next term begins."""

    starts_at: datetime
    ends_at: datetime
    dated: bool

    def over_at(self) -> datetime:
        """The first instant at which it runs no more."""
        return self.ends_at + _MOMENT if self.dated else self.ends_at


def months_in(length: str) -> int | None:
    """How many months it is; nothing where it is counted by the clock."""
    match = _MONTHS.fullmatch(length)
    return int(match[1]) * (12 if match[2] == "y" else 1) if match else None


def years_in(length: str) -> Decimal:
    """How many years it is, for the sum of a whole term. One that is shorter than a day belongs to
    a rehearsal, and is taken for a year."""
    months = months_in(length)
    if months is not None:
        return Decimal(months) / 12
    lasts = _DURATION.validate_python(length)
    return Decimal(lasts // DAY) / 365 if lasts >= DAY else Decimal(1)


def months_on(day: date, months: int, on: int) -> date:
    """So many months later, on that day of the month or, where the month lacks it, on its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(on, monthrange(year, month + 1)[1]))


def span_of(start: Day, end: Day | None, length: str, zone: str) -> Span:
    """The term between the two; without an end, it has that length. A day alone is counted in days,
    unless the length is less than one."""
    if isinstance(end, datetime):
        return Span(begin_of(start, zone), end, False)
    starts_at = begin_of(start, zone)
    if end is None and (isinstance(start, datetime) or _brief(length)):
        return Span(starts_at, _later(starts_at, length, None, zone), False)
    last = end or _last(start, length, start.day)
    return Span(starts_at, end_of(last, zone), True)


def next_span(span: Span, length: str, on: int, zone: str) -> Span:
    """The term of that length which follows, on that day of the month again."""
    starts_at = span.over_at()
    if not span.dated:
        return Span(starts_at, _later(starts_at, length, on, zone), False)
    last = _last(day_of(starts_at, zone), length, on)
    return Span(starts_at, end_of(last, zone), True)


def length_of(start: Day, end: Day) -> tuple[str, int]:
    """How long a term is that was told by its ends, and on which day of the month it renews.

    What looks like whole months is: from the 1st of January to the 31st of December, and also to
    the next 1st of January, as many people write a year.
    """
    if isinstance(start, datetime) or isinstance(end, datetime):
        lasts = begin_of(end, "UTC") - begin_of(start, "UTC")
        return f"{lasts.total_seconds():.6f}".rstrip("0").rstrip(".") + "s", 1
    after = end + DAY
    months = (after.year - start.year) * 12 + after.month - start.month
    again = months_on(start, months, start.day)
    if months > 0 and again in (after, end):
        return f"{months}mo", (start if again == after else after).day
    if months > 1 and after.day == 1 and months_on(start, months - 1, start.day) == end:
        return f"{months - 1}mo", 1  # from the 29th of February to the 28th
    return f"{(after - start).days}d", start.day


def begin_of(day: Day, zone: str) -> datetime:
    """The first instant of a day there; an instant is its own."""
    if isinstance(day, datetime):
        return day
    return end_of(day - DAY, zone) + _MOMENT


def before(span: Span, notice: timedelta, zone: str) -> datetime:
    """The last instant that lies so long before the end: whole days are counted on the calendar, so
    that no change of the clocks moves them."""
    if span.dated and not notice % DAY:
        return end_of(day_of(span.ends_at, zone) - notice, zone)
    return span.ends_at - notice


def said(at: datetime, dated: bool, zone: str) -> Day:
    """As people say it: a day, or the instant."""
    return day_of(at, zone) if dated else at


def _brief(length: str) -> bool:
    return months_in(length) is None and bool(_DURATION.validate_python(length) % DAY)


def _last(first: date, length: str, on: int) -> date:
    months = months_in(length)
    if months is not None:
        return months_on(first, months, on) - DAY
    return first + max(_DURATION.validate_python(length), DAY) - DAY


def _later(at: datetime, length: str, on: int | None, zone: str) -> datetime:
    months = months_in(length)
    if months is None:
        return at + _DURATION.validate_python(length)
    there = at.astimezone(ZoneInfo(zone))
    day = months_on(there.date(), months, on or there.day)
    return there.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)
