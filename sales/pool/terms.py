"""What a pool is: its hours a period, how long they are lent, and by what they are dealt out."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from sales.calendar import Zone
from sales.drafts import Broken
from sales.values import Count, Currency, Date, Duration, Hours, Model, Name, Share

_DAY: Final = timedelta(days=1)
SHORTEST: Final = timedelta(seconds=1)


class Terms(Model):
    """`hours` can be leased in each `period`; one of them begins with the day `starts` in the time
    zone. A lease lasts for `lease` at the longest and may be renewed so many times; `warn` before
    its end it is told of. Who has waited for `patience` is served before all who have not. `gain`
    is by how much hours are taken to raise the chance of a win where a request does not say.
    """

    name: Name
    hours: Hours
    currency: Currency
    period: Duration = timedelta(weeks=1)
    starts: Date = date(2024, 1, 1)
    time_zone: Zone = "UTC"
    lease: Duration = timedelta(weeks=2)
    warn: Duration = timedelta(days=1)
    patience: Duration = timedelta(weeks=1)
    gain: Share = Decimal("0.1")
    renewals: Annotated[Count, Field(ge=0, le=100)] = 2


def checked(terms: Terms) -> Terms:
    """The terms, where a pool can live by them. Raises Broken."""
    for name in ("period", "lease"):
        if getattr(terms, name) < SHORTEST:
            raise Broken(name, "too_small", "it lasts for a second at least")
    return terms


def period_of(terms: Terms, at: datetime) -> tuple[datetime, datetime]:
    """The first instant of the period that `at` lies in, and the first behind it, in UTC.

    Periods of whole days begin at midnight in the pool's time zone, however long a day is there;
    others are counted in hours and minutes from the midnight with which they start.
    """
    if terms.period % _DAY:
        since = _midnight(terms, terms.starts)
        first = since + (at - since) // terms.period * terms.period
        return first, first + terms.period
    day = at.astimezone(ZoneInfo(terms.time_zone)).date()
    begins = terms.starts + (day - terms.starts) // terms.period * terms.period
    return _midnight(terms, begins), _midnight(terms, begins + terms.period)


def _midnight(terms: Terms, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(terms.time_zone)).astimezone(UTC)
