"""Times of an export: days in its time zone, and the day that was today when it was made."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sales.drafts import Broken
from sales.values import YEARS
from starter.importing.mapping import Missing

NOON: Final = time(12)
"""A day without a time stands for its noon, which is that same day in nearly every time zone."""

ISO: Final = "iso"
"""Stands for every way in which ISO 8601 writes a day or an instant."""


class Calendar:
    """How one export writes its dates, and how far its today lies behind ours."""

    def __init__(
        self, time_zone: str, formats: tuple[str, ...], now: datetime, as_of: date | None = None
    ) -> None:
        """`as_of` is what today was in the file; without it, today is today."""
        self._zone, self._formats, self.as_of = ZoneInfo(time_zone), formats, as_of
        self.now, here = now, now.astimezone(ZoneInfo(time_zone)).date()
        self.today = as_of or here
        self.shift = here - self.today
        tomorrow = datetime.combine(self.today + timedelta(days=1), time(), self._zone)
        self._over = tomorrow.astimezone(UTC)
        self._parsed = lru_cache(maxsize=10_000)(self._parse)

    def read(self, field: str, text: str) -> datetime | None:
        """The instant that the text names; nothing if it is empty. Raises Broken."""
        if not text:
            return None
        when = self._parsed(text)
        if when is None:
            forms = " or ".join(self._formats)
            raise Broken(field, "not_a_date", f"{text!r} is not written {forms}")
        if when.year not in YEARS:
            raise Broken(field, "out_of_range", text)
        return when

    def past(self, field: str, text: str) -> datetime | None:
        """The same for what has happened: not behind the file's own today."""
        when = self.read(field, text)
        if when and when >= self._over:
            raise Broken(field, "in_the_future", f"{text} is behind {self.today}")
        return when

    def day(self, when: datetime) -> date:
        """The day of an instant, in the export's time zone."""
        return when.astimezone(self._zone).date()

    def _parse(self, text: str) -> datetime | None:
        for form in self._formats:
            try:
                if form == ISO:
                    when, day = datetime.fromisoformat(text), len(text) <= len("2026-01-31")
                else:
                    when = datetime.strptime(text, form)  # noqa: DTZ007  # its zone comes below
                    day = "%H" not in form and "%I" not in form
            except ValueError:
                continue
            if day and when.time() == time():
                when = datetime.combine(when, NOON, when.tzinfo)
            try:
                return (when if when.tzinfo else when.replace(tzinfo=self._zone)).astimezone(UTC)
            except OverflowError:  # beyond the calendar, and beyond every range
                return when.replace(tzinfo=UTC)
        return None


@dataclass(frozen=True, slots=True)
class Times:
    """When it happened. Of an open deal the dates lie as far from today as they did when the
    export was made; what has ended stays where it was."""

    opened: datetime
    stage_entered: datetime | None
    engaged: datetime | None
    closed: datetime | None
    close_date: date | None


def times_of(said: dict[str, str], ended: bool, calendar: Calendar, missing: Missing) -> Times:
    """The times of one deal. Raises Broken where they are missing or cannot be."""
    past = ("opened", "stage_entered", "engaged", *(("closed",) if ended else ()))
    told = {name: calendar.past(name, said.get(name, "")) for name in past}
    expected = calendar.read("close_date", said.get("close_date", ""))
    closed = told.get("closed") or (told["opened"] if ended and missing.closed else None)
    if ended and closed is None:
        raise Broken("closed", "required", "it has ended, and nobody says when")
    opened = told["opened"] or (closed if missing.opened == "closed" else None)
    if opened is None and (ended or missing.opened != "today"):
        raise Broken("opened", "required")
    for name, when in {**told, "close_date": expected}.items():
        if opened and when and name != "engaged" and calendar.day(when) < calendar.day(opened):
            raise Broken(name, "before_opened", f"{said[name]} is before {said.get('opened')}")
    if opened and expected is None and missing.close_date is not None and not ended:
        expected = opened + missing.close_date
    day = calendar.day(expected) if expected else None
    if ended:
        assert opened
        return Times(opened, told["stage_entered"], told["engaged"], closed, day)
    return _shifted(calendar, opened, told["stage_entered"], told["engaged"], day)


def _shifted(
    calendar: Calendar,
    opened: datetime | None,
    entered: datetime | None,
    engaged: datetime | None,
    close_date: date | None,
) -> Times:
    return Times(
        opened + calendar.shift if opened else calendar.now,
        entered + calendar.shift if entered else None,
        engaged + calendar.shift if engaged else None,
        None,
        close_date + calendar.shift if close_date else None,
    )
