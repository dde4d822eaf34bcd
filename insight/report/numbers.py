"""The forecast of a period as the report needs it: day by day, in one currency."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from insight.forecast.deals import Deals, bounds, deals_of
from insight.forecast.forecasting import Asked, Ground, forecast
from insight.forecast.money import in_one
from insight.learned import Learned
from insight.report.plots.fan import Ahead
from insight.report.sections.number import Number, main_line
from sales.calendar import Period

LOOKS: Final = 5
"""On so many days to come the fan is drawn at most."""


def number(on: Ground, days: Period, learned: Learned) -> Number | None:
    """The forecast in the calendar's base currency or else in the one that most is in; None where
    no sum was ever said."""
    into = on.calendar.base_currency
    told = forecast(on, days, learned, Asked(into=into))
    line = main_line(told)
    if line is None:
        return None
    closed = _closed(on, days, line.currency or "")
    return Number(told, line, closed, list(_ahead(on, days, learned, line.currency, closed[-1])))


def _closed(on: Ground, days: Period, currency: str) -> list[tuple[date, float]]:
    """The running sum of what was won by the end of each day, from the day before the period."""
    deals = deals_of(on.past, on.as_of, days, on.calendar)
    if on.calendar.base_currency:
        deals = in_one(deals, on.calendar.base_currency, on.exchange, on.ended_at)
    zone = ZoneInfo(on.calendar.time_zone)
    found = {days.first - timedelta(days=1): 0.0}
    total = 0.0
    for at, amount in sorted(_wins(deals, currency)):
        total += amount
        found[datetime.fromtimestamp(at, zone).date()] = total
    today = min(max(on.calendar.day(on.as_of), days.first), days.last)
    found[today] = total
    return sorted(found.items())


def _wins(deals: Deals, currency: str) -> Iterator[tuple[float, float]]:
    """When each was won and its sum in the currency."""
    for i, row in enumerate(deals.rows[: deals.closed]):
        if deals.currencies[deals.currency[i]] == currency and not np.isnan(deals.amount[i]):
            yield float(deals.past.closed[row]), float(deals.amount[i])


def _ahead(
    on: Ground, days: Period, learned: Learned, currency: str | None, last: tuple[date, float]
) -> Iterator[Ahead]:
    """The forecast of days between now and the end of the period."""
    today, closed = last
    _, until = bounds(days, on.calendar)
    if until <= on.as_of.timestamp():
        return
    yield Ahead(today, closed, closed, closed)
    left = (days.last - today).days
    for share in np.linspace(0, left, min(left, LOOKS) + 1)[1:]:
        day = today + timedelta(days=round(share))
        told = forecast(on, days._replace(last=day), learned, Asked(into=on.calendar.base_currency))
        line = next(each for each in told.whole if each.currency == currency)
        if outlook := line.outlook:
            yield Ahead(day, float(outlook.p10), float(outlook.p50), float(outlook.p90))
