"""The calendar: periods by its fiscal year, days by its time zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.calendar import Calendar, Period, SetCalendar, decide_calendar, period
from sales.drafts import Broken

APRIL = Calendar(year_starts=4, year_named="start")
OCTOBER = Calendar(year_starts=10, year_named="end")


@pytest.mark.parametrize(
    ("text", "calendar", "first", "last"),
    [
        ("2026-02", APRIL, "2026-02-01", "2026-02-28"),
        ("2026", Calendar(), "2026-01-01", "2026-12-31"),
        ("fy2026", APRIL, "2026-04-01", "2027-03-31"),
        ("2026", OCTOBER, "2025-10-01", "2026-09-30"),
        ("2026-Q3", Calendar(), "2026-07-01", "2026-09-30"),
        ("2026-q4", APRIL, "2027-01-01", "2027-03-31"),
        ("2026-Q1", OCTOBER, "2025-10-01", "2025-12-31"),
        ("2026-01-15..2026-01-15", APRIL, "2026-01-15", "2026-01-15"),
    ],
)
def test_a_period_has_its_days(text: str, calendar: Calendar, first: str, last: str) -> None:
    found = period(text, calendar)

    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((text, "not_a_period") for text in ("", "2026-13", "2026-Q5", "26", "soon", "2026..")),
        *((text, "not_a_period") for text in ("0001", "9999", "2026-02-30..2026-03-01")),
        ("2026-02-02..2026-02-01", "ends_before_it_begins"),
    ],
)
def test_what_is_no_period_is_refused(text: str, rule: str) -> None:
    with pytest.raises(Broken, match=f"period: {rule}"):
        period(text, APRIL)


@given(st.integers(1, 12), st.sampled_from(["start", "end"]), st.integers(1950, 2150))
def test_the_parts_of_a_year_make_up_the_year(starts: int, named: Any, year: int) -> None:
    calendar = Calendar(year_starts=starts, year_named=named)
    whole = period(str(year), calendar)
    quarters = [period(f"{year}-Q{number}", calendar) for number in (1, 2, 3, 4)]

    assert whole.first.month == starts
    assert (whole.first if named == "start" else whole.last).year == year
    assert_tiles(whole, quarters)
    for each in quarters:
        months = [(each.first.year * 12 + each.first.month - 1 + n) for n in range(3)]
        texts = [f"{number // 12}-{number % 12 + 1:02}" for number in months]
        assert_tiles(each, [period(text, calendar) for text in texts])


def assert_tiles(whole: Period, parts: list[Period]) -> None:
    """One after the other, with nothing between and nothing beyond."""
    assert (whole.first, whole.last) == (parts[0].first, parts[-1].last)
    for before, after in pairwise(parts):
        assert before.last + timedelta(days=1) == after.first
    assert sum(part.days for part in parts) == whole.days


def test_a_day_ends_where_the_calendar_says() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert Calendar().day(late) == date(2026, 6, 30)
    assert Calendar(time_zone="Europe/Berlin").day(late) == date(2026, 7, 1)


def test_a_calendar_keeps_what_is_not_named() -> None:
    held = Calendar(time_zone="Europe/Berlin", sequence=1)

    assert decide_calendar(held, SetCalendar(time_zone="Europe/Berlin")) is None
    said = decide_calendar(held, SetCalendar(base_currency="EUR"))
    assert said == {"id": "ledger", "base_currency": "EUR"}
    with pytest.raises(Broken, match="body: nothing_to_set"):
        decide_calendar(held, SetCalendar())
