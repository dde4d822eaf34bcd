"""Working hours: what goes by in them, over nights, holidays and clocks that are changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sales.hours import Hours

NINE_TO_FIVE = {name: ["09:00-17:00"] for name in ("monday", "tuesday", "wednesday", "thursday")}
OFFICE = Hours.model_validate(
    {
        "time_zone": "Europe/Berlin",
        "week": {**NINE_TO_FIVE, "friday": ["09:00-12:30", "13:30-16:00"]},
        "holidays": {"country": "DE", "days": ["2026-04-03", "2026-04-06"]},
        "closed": ["2026-12-24"],
    }
)
ZONES = (
    *("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo"),
    *("America/St_Johns", "America/Havana", "Africa/Casablanca", "Pacific/Apia"),
)
"""Some change their clocks at midnight, some by half an hour, and one has left out a day."""
LEAPS = [datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC)]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Any week in any of the zones, and some days that are closed."""
    minutes = st.integers(0, 24 * 60).map(lambda minute: minute // 15 * 15)
    week = {}
    for day in (*NINE_TO_FIVE, "friday", "saturday", "sunday"):
        marks = sorted(draw(st.sets(minutes, max_size=6)))
        pairs = zip(marks[::2], marks[1::2], strict=False)
        week[day] = [f"{clock(start)}-{clock(end)}" for start, end in pairs]
    week["wednesday"] = ["00:00-24:00"]
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    closed = draw(st.lists(days, max_size=3))
    said: dict[str, Any] = {"time_zone": draw(st.sampled_from(ZONES)), "closed": closed}
    if draw(st.integers(0, 4)):
        said["week"] = week
    return Hours.model_validate(said)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def instants(draw: st.DrawFn, count: int = 1) -> list[datetime]:
    """So many, in their order, near to one another and to a change of the clocks."""
    around = [*LEAPS, berlin("2026-03-29 03:00"), berlin("2026-10-25 02:30"), berlin("2026-07-01")]
    start, near = draw(st.sampled_from(around)), draw(st.sampled_from([3_000, 60_000]))
    return sorted(start + timedelta(minutes=draw(st.integers(-near, near))) for _ in range(count))


SPANS = st.timedeltas(timedelta(0), timedelta(days=20))


def test_always_working_time_is_the_time_of_the_clock() -> None:
    start = datetime(2026, 3, 28, 22, 15, tzinfo=UTC)
    assert Hours().after(start, timedelta(hours=30)) == start + timedelta(hours=30)
    assert Hours().between(start, start + timedelta(days=9)) == timedelta(days=9)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02 10:00", timedelta(hours=2), "2026-03-02 12:00"),
        ("2026-03-02 10:00", timedelta(hours=7), "2026-03-02 17:00"),
        ("2026-03-02 10:00", timedelta(hours=8), "2026-03-03 10:00"),
        ("2026-03-06 12:00", timedelta(hours=1), "2026-03-06 14:00"),
        ("2026-03-06 16:00", timedelta(hours=1), "2026-03-09 10:00"),
        ("2026-03-07 03:00", timedelta(hours=40), "2026-03-16 11:00"),
        # Easter: Good Friday and Easter Monday are closed, and the clocks were changed before.
        ("2026-03-27 15:00", timedelta(hours=2), "2026-03-30 10:00"),
        ("2026-04-02 16:00", timedelta(hours=3), "2026-04-07 11:00"),
        ("2026-12-23 16:30", timedelta(hours=1), "2026-12-25 09:30"),
        ("2026-10-23 15:30", timedelta(hours=1), "2026-10-26 09:30"),
    ],
)
def test_a_span_of_working_hours_ends_when_the_calendar_says(
    start: str, span: timedelta, end: str
) -> None:
    assert OFFICE.after(berlin(start), span) == berlin(end)
    assert OFFICE.between(berlin(start), berlin(end)) == span


def test_around_the_clock_a_day_has_as_many_hours_as_the_clock_leaves_it() -> None:
    whole = Hours.model_validate(
        {
            "time_zone": "Europe/Berlin",
            "closed": ["2026-06-01"],
        }
    )
    for day, length in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-05-31", 24)):
        start = berlin(f"{day} 00:00")
        assert whole.between(start, start + timedelta(hours=length)) == timedelta(hours=length)
        assert whole.after(start, timedelta(hours=length)) == start + timedelta(hours=length)
    assert whole.between(berlin("2026-06-01 00:00"), berlin("2026-06-02 00:00")) == timedelta(0)


def test_what_the_clock_leaps_over_is_no_time_and_what_it_shows_twice_is() -> None:
    night = Hours.model_validate(
        {"time_zone": "Europe/Berlin", "week": {"sunday": ["02:30-03:15", "04:00-05:00"]}}
    )
    spring = berlin("2026-03-29 00:00")
    assert night.between(spring, spring + timedelta(hours=12)) == timedelta(hours=1, minutes=15)
    twice = Hours.model_validate(
        {"time_zone": "Europe/Berlin", "week": {"sunday": ["01:00-04:00"]}}
    )
    autumn = berlin("2026-10-25 00:00")
    assert twice.between(autumn, autumn + timedelta(hours=12)) == timedelta(hours=4)


@given(hours(), instants(), SPANS)
def test_after_so_much_working_time_that_much_has_gone_by(
    hours: Hours, at: list[datetime], span: timedelta
) -> None:
    (start,) = at
    end = hours.after(start, span)
    assert hours.between(start, end) == span
    if span:  # it is the first such instant
        assert hours.between(start, end - timedelta(microseconds=1)) < span


@given(hours(), instants(2))
def test_the_time_between_leads_back_to_when_it_had_gone_by(
    hours: Hours, at: list[datetime]
) -> None:
    start, end = at
    worked = hours.between(start, end)
    reached = hours.after(start, worked)
    assert reached <= end
    assert hours.between(reached, end) == timedelta(0)
    assert hours.between(end, start) == timedelta(0)


@given(hours(), instants(3))
def test_working_times_add_up(hours: Hours, at: list[datetime]) -> None:
    a, b, c = at
    assert hours.between(a, b) + hours.between(b, c) == hours.between(a, c)
    assert hours.between(a, b) <= b - a


@given(hours(), instants(), SPANS, SPANS)
def test_more_working_time_never_ends_sooner_and_goes_on_where_less_has_ended(
    hours: Hours, at: list[datetime], span: timedelta, more: timedelta
) -> None:
    (start,) = at
    first = hours.after(start, span)
    assert start <= first <= hours.after(start, span + more)
    assert hours.after(first, more) == hours.after(start, span + more)


@given(hours(), instants(2), SPANS)
def test_who_begins_later_never_ends_sooner(
    hours: Hours, at: list[datetime], span: timedelta
) -> None:
    first, second = at
    assert hours.after(first, span) <= hours.after(second, span)


@pytest.mark.parametrize("day", ["2026-03-27", "2026-04-01", "2026-10-23", "2026-12-22"])
def test_counting_the_minutes_on_the_wall_comes_to_the_same(day: str) -> None:
    start = berlin(f"{day} 00:00")
    minutes = 0
    for each in range(6 * 24 * 60):
        wall = (start + timedelta(minutes=each)).astimezone(ZoneInfo("Europe/Berlin"))
        lunch = wall.weekday() == 4 and (12, 30) <= (wall.hour, wall.minute) < (13, 30)
        closes = 16 if wall.weekday() == 4 else 17
        shut = wall.date().isoformat() in ("2026-04-03", "2026-04-06", "2026-12-24")
        minutes += wall.weekday() < 5 and 9 <= wall.hour < closes and not lunch and not shut
    assert OFFICE.between(start, start + timedelta(days=6)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("week", "rule"),
    [
        ({"monday": ["09:00-12:00", "11:00-13:00"]}, "not_in_order"),
        ({"monday": ["13:00-09:00"]}, "ends_before_it_begins"),
        ({"monday": ["09:00-09:59"]}, "too_short"),
        ({"monday": ["9-17"]}, "pattern"),
        ({"monday": ["09:00-24:30"]}, "pattern"),
        ({}, "too_short"),
        ({"someday": ["09:00-17:00"]}, "Extra"),
    ],
)
def test_a_week_that_cannot_be_is_refused(week: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        Hours.model_validate({"week": week})


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="unknown_time_zone"):
        Hours.model_validate({"time_zone": "Europe/Atlantis"})
