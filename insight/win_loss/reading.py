"""Everything that win and loss needs, out of a ledger."""

from datetime import datetime

from insight.reading import past_of
from insight.win_loss import Looking
from insight.win_loss.attributes import Around
from insight.win_loss.money import Rates
from insight.win_loss.particulars import particulars_of, profiles_of
from ledger.ledger import Ledger
from sales.calendar import Calendar
from sales.interview import Interview


def look(
    ledger: Ledger,
    as_of: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Looking:
    """What was known at `as_of`, of what ended from `since` to `until`; accounts and interviews
    that were known then are as they are now."""
    calendar = ledger.calendar() or Calendar()
    past = past_of(ledger)
    around = Around(
        particulars_of(ledger, calendar.time_zone),
        profiles_of(ledger),
        calendar,
        {each.id: each for each in ledger.interviews() if _known(each, as_of)},
    )
    first, last = (each.timestamp() if each else None for each in (since, until))

    def looking(rates: Rates | None = None) -> Looking:
        return Looking(past, as_of.timestamp(), around, since=first, until=last, rates=rates)

    found, base = looking(), calendar.base_currency
    if len(found.money.amounts) < 2 or base is None:
        return found
    return looking(_rates(ledger, as_of, base))


def _rates(ledger: Ledger, as_of: datetime, base: str) -> Rates:
    found = ledger.conversions(ledger.opportunities(), as_of, base)
    return Rates(base, {id_: float(each.factor) for id_, each in found.conversions.items()})


def _known(interview: Interview, as_of: datetime) -> bool:
    first = interview.asked_at or interview.recorded_at
    return first is not None and first <= as_of
