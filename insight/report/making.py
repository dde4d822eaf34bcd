"""The report, made from the ledger alone, as of an instant."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from insight.accuracy.scored import accuracy
from insight.bridge import bridge
from insight.focus.money import currencies, factors
from insight.focus.study import Question, Study
from insight.forecast.deals import bounds
from insight.forecast.forecasting import Ground, ground
from insight.learned import Learned
from insight.limits.curve import learn
from insight.past import Past
from insight.pipeline import days_of, pipeline_of
from insight.report.numbers import number
from insight.report.page import Chapter, Page, Section
from insight.report.sections import buying, effort
from insight.report.sections.bridges import HEAD as BRIDGE
from insight.report.sections.bridges import bridge_section
from insight.report.sections.number import FAN, PARTS, Number, fan_section, parts_section, tiles
from insight.report.sections.trust import (
    SNAPSHOTS,
    accuracy_section,
    bins_of,
    calibration,
    tried_on,
    tried_out,
)
from insight.report.sections.waiting import waiting
from insight.report.wording import day, deals
from insight.win_loss.cases import Cases, cases_of
from insight.win_loss.money import money_of
from insight.win_loss.stages import Stages
from insight.worth import convertible, converting
from ledger.ledger import Ledger
from sales.calendar import Period

DAY: Final = timedelta(days=1)
YEAR: Final = timedelta(days=365)
MONTH: Final = timedelta(days=30)
WEEK: Final = timedelta(days=7)
Fit = Callable[[Past, datetime, Iterable[float]], Learned]
"""What learns of a past as of an instant for windows of so many days: `insight.learned.fit`."""

NOTHING: Final = "No opportunity has a sum yet, so there is nothing to forecast."


def report(ledger: Ledger, past: Past, as_of: datetime, days: Period, fit: Fit) -> Page:
    """All that a sales leader looks at, of one period."""
    on = ground(ledger, past, as_of)
    learned = fit(past, as_of, [max(_left(on, days), MONTH) / DAY])
    told = number(on, days, learned)
    chapters = [
        Chapter("number", "The number", _number(ledger, on, days, told)),
        Chapter("trust", "How good the forecast is", _trust(ledger, on, told, learned)),
        Chapter("buying", "How customers buy", _buying(on)),
        Chapter("effort", "Where the next hour pays", _effort(ledger, on, days, learned, told)),
    ]
    return Page(
        f"Sales report {days.label}",
        _about(on, told),
        tiles(told) if told else [],
        chapters,
        "Made from the ledger alone: the same facts give the same page.",
    )


def _left(on: Ground, days: Period) -> timedelta:
    """From now to the end of the period."""
    return timedelta(seconds=bounds(days, on.calendar)[1] - on.as_of.timestamp())


def _number(ledger: Ledger, on: Ground, days: Period, told: Number | None) -> list[Section]:
    if told is None:
        return [Section(*head, NOTHING) for head in (FAN, PARTS, BRIDGE)]
    return [fan_section(told), parts_section(told), _bridge(ledger, on, days, told.currency)]


def _bridge(ledger: Ledger, on: Ground, days: Period, currency: str) -> Section:
    """Since the last snapshot, or else since a week ago."""
    earlier = (each.as_of for each in ledger.snapshots() if each.as_of < on.as_of)
    before = max(earlier, default=on.as_of - WEEK)
    zone = on.calendar.time_zone
    then = pipeline_of(on.past, before.timestamp(), zone)
    now = pipeline_of(on.past, on.as_of.timestamp(), zone, since=before.timestamp())
    worth = converting(on.exchange, currency)
    found = bridge(then, now, days_of(days.first, days.last), worth=worth)
    known = now.sized & convertible(on.exchange, currency, now)
    unknown = int(((now.outcome == 0) & ~known).sum())
    dates = (on.calendar.day(before), on.calendar.day(on.as_of))
    return bridge_section(found, currency, *dates, days.label, unknown)


def _trust(ledger: Ledger, on: Ground, told: Number | None, learned: Learned) -> list[Section]:
    """Of the snapshots that were kept or, as long as none is over, of what the model tried out."""
    found = accuracy(ledger, on.as_of)
    tried = bins_of(found) or tried_out(learned)
    basis = SNAPSHOTS if bins_of(found) else tried_on(learned)
    currency = told.currency if told else on.calendar.base_currency or ""
    return [calibration(tried, basis), accuracy_section(found, currency)]


def _buying(on: Ground) -> list[Section]:
    """Over the last year."""
    until = on.as_of.timestamp()
    cases: Cases = cases_of(on.past, until, (on.as_of - YEAR).timestamp(), until)
    return [
        buying.win_rates(cases, money_of(cases)),
        buying.funnel_section(cases, Stages(cases)),
        buying.cycle_time(cases),
        buying.reasons(cases),
    ]


def _effort(
    ledger: Ledger, on: Ground, days: Period, learned: Learned, told: Number | None
) -> list[Section]:
    """The hours of the next week, by chances up to the end of the period."""
    instant = on.as_of.timestamp()
    question = Question(on.as_of, within=max(_left(on, days), MONTH), ahead=WEEK)
    currency = told.currency if told else on.calendar.base_currency
    rates = factors(currencies(on.past, instant), currency, on.exchange, on.as_of)
    study = Study(question, on.past, on.owners, on.calendar, currency, rates, lambda *_: learned)
    work = effort.work_of(ledger, study)
    return [
        effort.load(work),
        waiting(learn(on.past, instant)),
        effort.focus(work),
        effort.closing(work),
    ]


def _about(on: Ground, told: Number | None) -> str:
    view = on.past.at(on.as_of.timestamp())
    known = len(view) + int(view.ended.sum())
    when = on.as_of.astimezone(ZoneInfo(on.calendar.time_zone))
    parts = [
        f"As known on {day(on.calendar.day(on.as_of))}, {when:%H:%M} {when:%Z}",
        f"{deals(known)}, {len(view):,} of them open",
    ]
    if told:
        parts.append(f"sums in {told.currency}")
    return "; ".join(parts) + "."
