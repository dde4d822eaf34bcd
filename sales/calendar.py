"""The ledger's calendar: where a day begins, when the fiscal year does, which money counts."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from sales.drafts import Broken
from sales.entries import Entered, Entry, news
from sales.holidays import Holidays
from sales.values import Currency, Date, day_of

CALENDAR: Final = "ledger"
"""The id of the one calendar that a ledger has."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown_time_zone") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Month = Annotated[int, Field(ge=1, le=12)]
Named = Literal["start", "end"]


class Calendar(Entered):
    """`year_starts` is the first month of the fiscal year, which has the number of the year it
    starts in, or of the one it ends in, as `year_named` says."""

    id: str = CALENDAR
    time_zone: Zone = "UTC"
    year_starts: Month = 1
    year_named: Named = "start"
    base_currency: Currency | None = None
    holidays: Holidays | None = None
    """What a forecast reckons with."""

    def day(self, when: datetime) -> date:
        """The day of an instant."""
        return day_of(when, self.time_zone)


class SetCalendar(Entry):
    """Say how days, years and money are counted; what is not named stays as it is."""

    time_zone: Zone | None = None
    year_starts: Month | None = None
    year_named: Named | None = None
    base_currency: Currency | None = None
    holidays: Holidays | None = None


def decide_calendar(held: Calendar | None, entry: SetCalendar) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. Raises Broken."""
    said = {name: value for name, value in entry.said().items() if value is not None}
    if not said:
        raise Broken("body", "nothing_to_set")
    return news(Calendar, held, {"id": CALENDAR, **said})


class Period(NamedTuple):
    """A stretch of whole days, both ends included, and how it was called."""

    label: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    def holds(self, first: date, last: date) -> bool:
        """Whether all those days lie in it."""
        return self.first <= first and last <= self.last


_YEAR: Final = re.compile(r"(?:FY)?(\d{4})", re.ASCII)
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_DAY: Final = TypeAdapter[date](Date)


def period(text: str, calendar: Calendar) -> Period:
    """A month `2026-07`, a fiscal quarter `2026-Q3`, a fiscal year `2026`, or any days
    `2026-07-01..2026-09-15`. Raises Broken."""
    label = text.strip().upper()
    try:
        if match := _MONTH.fullmatch(label):
            return _months(label, int(match[1]), int(match[2]), 1)
        if match := _QUARTER.fullmatch(label):
            year, month = _start(calendar, int(match[1]))
            return _months(label, year, month + 3 * (int(match[2]) - 1), 3)
        if match := _YEAR.fullmatch(label):
            return _months(f"FY{match[1]}", *_start(calendar, int(match[1])), 12)
        first, _, last = label.partition("..")
        found = Period(label, _DAY.validate_python(first), _DAY.validate_python(last))
    except (ValidationError, ValueError):
        detail = f"{text!r} is none of 2026-07, 2026-Q3, 2026 and 2026-07-01..2026-09-15"
        raise Broken("period", "not_a_period", detail) from None
    if found.last < found.first:
        raise Broken("period", "ends_before_it_begins", text)
    return found


def quarter(day: date, calendar: Calendar) -> Period:
    """The fiscal quarter that a day lies in."""
    months = (day.month - calendar.year_starts) % 12
    year = day.year - (day.month < calendar.year_starts)
    named = year + (calendar.year_named == "end" and calendar.year_starts > 1)
    return period(f"{named}-Q{months // 3 + 1}", calendar)


def _start(calendar: Calendar, year: int) -> tuple[int, int]:
    """Year and month in which the fiscal year of that number begins."""
    before = calendar.year_named == "end" and calendar.year_starts > 1
    return year - before, calendar.year_starts


def _months(label: str, year: int, month: int, count: int) -> Period:
    """So many months from that one on; a month behind the twelfth is the next year's."""
    first = _first_of(year, month)
    last = _first_of(year, month + count - 1)
    end = last + timedelta(days=monthrange(last.year, last.month)[1] - 1)
    return Period(label, _DAY.validate_python(first), _DAY.validate_python(end))


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
