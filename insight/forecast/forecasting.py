"""The forecast of a period, made from the ledger alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from insight.forecast.deals import bounds, deals_of
from insight.forecast.expectation import expectation
from insight.forecast.groups import By, grouping, whole
from insight.forecast.listing import opportunities
from insight.forecast.money import EndedAt, converted, expected_in_one, in_one
from insight.forecast.notes import notes
from insight.forecast.report import Forecast
from insight.forecast.rolling import Rolling
from insight.forecast.scenario import Assumption, assumed
from insight.forecast.targets import Measures, Target, measures
from insight.judgements import Judgement, categories, judgements, submissions
from insight.learned import Learned, fit
from insight.past import Past
from ledger.ledger import Ledger
from sales.calendar import Calendar, Period
from sales.exchange import Exchange
from sales.owner import Owners
from sales.quota import Quota

DAY: Final = 86_400.0


@dataclass(frozen=True)
class Ground:
    """What a forecast as of an instant stands on. Owners, quotas and the calendar are those of now,
    as everywhere; opportunities and judgements are as they were known then."""

    past: Past
    as_of: datetime
    calendar: Calendar
    owners: Owners
    quotas: Sequence[Quota]
    judged: Sequence[Judgement]
    exchange: Exchange
    ended_at: EndedAt


@dataclass(frozen=True)
class Asked:
    """What is asked: by which groups, in which currency, under which assumptions, whether each
    opportunity is told, and by which sum the whole is measured instead of its quota."""

    by: By | None = None
    into: str | None = None
    assumptions: Sequence[Assumption] = ()
    each: bool = False
    quota: tuple[Decimal, str] | None = None


def ground(ledger: Ledger, past: Past, as_of: datetime) -> Ground:
    """All of it, read from the ledger that the past was read from."""
    return Ground(
        *(past, as_of, ledger.calendar() or Calendar(), ledger.owners(), ledger.quotas()),
        *(judgements(ledger, as_of), ledger.exchange(), ledger.ended_at),
    )


def learn(on: Ground, days: Period) -> Learned:
    """What could be learned by the instant, for that period."""
    instant = on.as_of.timestamp()
    horizons = ((each - instant) / DAY for each in bounds(days, on.calendar))
    return fit(on.past, on.as_of, [each for each in horizons if each > 0])


def forecast(on: Ground, days: Period, learned: Learned, asked: Asked = Asked()) -> Forecast:
    """What the period will bring. Raises Broken where an assumption is about nothing open.

    In the category columns count the opportunities whose close date, as it was known, lies in the
    period. The learned chances are about all that are open, whatever their close date says.
    """
    since, until = bounds(days, on.calendar)
    deals = deals_of(on.past, on.as_of, days, on.calendar, categories(on.judged))
    expected = expectation(learned, deals, since, until)
    deals, expected = assumed(deals, expected, asked.assumptions, days)
    if asked.into:
        deals = in_one(deals, asked.into, on.exchange, on.ended_at)
        expected = expected_in_one(expected, asked.into, on.exchange, on.as_of)
    told = _measures(on, days, asked)
    rolling = Rolling(deals, expected, told)
    groups = grouping(deals, asked.by, on.owners, sorted(told.whose())) if asked.by else None
    return Forecast(
        *(*days, on.as_of, asked.into, asked.by, expected.basis, expected.n),
        whole=rolling.lines(whole(deals), new=True),
        lines=rolling.lines(groups) if groups else [],
        opportunities=opportunities(deals, expected) if asked.each else [],
        notes=notes(deals, asked.into, on.calendar),
    )


def _measures(on: Ground, days: Period, asked: Asked) -> Measures:
    def exchanged(amount: Decimal, currency: str) -> tuple[Decimal, str]:
        if asked.into and asked.into != currency:
            found = converted(amount, currency, asked.into, on.exchange, on.as_of)
            return (amount, currency) if found is None else (found, asked.into)
        return amount, currency

    said = submissions(on.judged)
    found = measures(on.quotas, said, on.owners, days, asked.by, exchanged)
    if asked.quota is None:
        return found
    others = {key: target for key, target in found.quotas.items() if key[0] is not None}
    amount, currency = exchanged(*asked.quota)
    return found._replace(quotas={**others, (None, currency): Target(amount, True)})
