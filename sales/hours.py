"""Working hours: when people are there, and how long a span of their hours takes on the clock.

A span begins and ends where the clock on the wall first shows it. Of an hour that the clock shows
twice both count, unless a span begins or ends within it; what the clock leaps over is no time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from sales.calendar import Zone
from sales.holidays import Days, Holidays
from sales.values import Model

LEAST: Final = 60
"""How many minutes a week has at least: fewer would stretch a few hours over years."""

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)

Span = Annotated[
    str,
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"),
]
"""From when to when on one day, such as 09:00-12:30; a day may end at 24:00."""
Spans = Annotated[tuple[Span, ...], Field(max_length=10)]
Minutes = tuple[tuple[int, int], ...]

_WHOLE: Final[Minutes] = ((0, 24 * 60),)


class Week(Model):
    """The spans of each day of the week, in their order; a day without any is closed."""

    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()

    @cached_property
    def minutes(self) -> tuple[Minutes, ...]:
        """From which to which minute of the day, by weekday."""
        return tuple(_minutes(getattr(self, name)) for name in type(self).model_fields)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, spans in zip(type(self).model_fields, self.minutes, strict=True):
            ends = [0, *(end for _, end in spans)]
            if any(start < before for (start, _), before in zip(spans, ends, strict=False)):
                raise ValueError(f"{name}: not_in_order (a span begins before another has ended)")
            if any(start >= end for start, end in spans):
                raise ValueError(f"{name}: ends_before_it_begins")
        if sum(end - start for spans in self.minutes for start, end in spans) < LEAST:
            raise ValueError(f"too_short (a week has at least {LEAST} minutes)")
        return self


class Hours(Model):
    """When the working hours are: always, where no week is named, but on no closed day."""

    time_zone: Zone = "UTC"
    week: Week | None = None
    holidays: Holidays | None = None
    closed: Days = ()

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The first instant at which so much working time has gone by since `start`, in UTC."""
        if span <= timedelta(0):
            return start
        if self._always:
            return start + span
        for opens, closes in self._open(start):
            if closes - max(opens, start) >= span:
                return max(opens, start) + span
            span -= max(closes - max(opens, start), timedelta(0))
        raise OverflowError("out of the calendar")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; none where the second is not the later one."""
        if self._always or end <= start:
            return max(end - start, timedelta(0))
        found = timedelta(0)
        for opens, closes in self._open(start):
            if opens >= end:
                break
            found += max(min(closes, end) - max(opens, start), timedelta(0))
        return found

    def works_on(self, day: date) -> bool:
        """Whether the week has hours on such a day."""
        return self.week is None or bool(self.week.minutes[day.weekday()])

    @cached_property
    def _always(self) -> bool:
        return self.week is None and not self._shut

    @cached_property
    def _shut(self) -> frozenset[date]:
        return frozenset({*self.closed, *(self.holidays.days if self.holidays else ())})

    def _open(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Each span in its order, from the day of that instant on."""
        zone = ZoneInfo(self.time_zone)
        day = since.astimezone(zone).date()
        while day < date.max:
            spans = self.week.minutes[day.weekday()] if self.week else _WHOLE
            for start, end in () if day in self._shut else spans:
                yield _instant(day, start, zone), _instant(day, end, zone)
            day += _DAY


def _minutes(spans: tuple[str, ...]) -> Minutes:
    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return tuple((minute(span[:5]), minute(span[6:])) for span in spans)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the clock on the wall first shows that minute or, where it leaps over it, leaps."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if _shown(found, zone) == wall:
        return found
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while found - before > _SECOND:  # clocks leap at whole seconds
        middle = before + (found - before) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        before, found = (middle, found) if _shown(middle, zone) < wall else (before, middle)
    return found


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
