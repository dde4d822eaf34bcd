"""The periods that a snapshot speaks of."""

from datetime import date, timedelta

from sales.calendar import Calendar, Period, period, quarter


def periods_at(day: date, calendar: Calendar) -> list[Period]:
    """The month under way and the next, the fiscal quarter under way and the next."""
    month, this = period(f"{day:%Y-%m}", calendar), quarter(day, calendar)
    next_month, following = (each.last + timedelta(days=1) for each in (month, this))
    return [month, period(f"{next_month:%Y-%m}", calendar), this, quarter(following, calendar)]
