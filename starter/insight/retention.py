"""`closeline retention`: what customers that were there have kept, added and taken away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import BadParameter, Option, Typer, echo

from sales.calendar import Calendar, Period, period, quarter
from sales.drafts import Broken
from sales.values import end_of
from starter.commands.common import Where
from starter.commands.failing import Refusal, warn
from starter.commands.quota import PERIOD
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled
from starter.insight.win_loss import Window
from starter.output import print_json, print_table

if TYPE_CHECKING:
    from insight.retention.cohorts import Cohort
    from insight.retention.flows import Flow, Logos
    from insight.retention.renewals import Due
    from ledger.ledger import Ledger

app = Typer()

By = Literal["segment", "owner", "tier", "territory", "product"]
Cohorts = Literal["year", "quarter"]
MOST_COHORTS: Final = 20
MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Retained:
    """All answers, and what is to be said about them."""

    since: datetime
    until: datetime
    by: str | None
    flows: "list[Flow]"
    logos: "list[Logos]"
    due: "list[Due]"
    cohorts: "list[Cohort]"
    notes: list[str]


@command(app, "retention", "closeline retention --period 2027 --by segment")
async def retention(
    of: Annotated[
        str | None, Option("--period", help=f"The year up to now if absent. {PERIOD}")
    ] = None,
    by: Annotated[By | None, Option(help="For each of these.")] = None,
    cohort: Annotated[
        Cohorts | None, Option("--cohorts", help="And what is left of who began in each of these.")
    ] = None,
    *,
    window: Window,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show GRR, NRR and customers kept, with the waterfall from start to end.

    Each currency is by itself. Losses are counted by customer, so that what
    moves from one contract to another is none; what clauses of a contract add
    is escalation and no expansion. What was up for renewal is rated apart.
    """
    if of and (window.since or window.until):
        raise BadParameter("not together with --since or --until", param_hint="--period")
    found = await where.ask(lambda ledger: _asked(ledger, of, by, cohort, window, as_of))
    rows = [*_flow_rows(found)]
    shown.file(rows)
    if shown.json:
        print_json(found)
        return
    _show(found, rows)
    for note in found.notes:
        warn(note)


def _asked(
    ledger: "Ledger",
    of: str | None,
    by: str | None,
    cohort: Cohorts | None,
    window: Window,
    as_of: AsOf,
) -> Retained:
    from insight.retention.cohorts import cohorts
    from insight.retention.flows import flows, logos, unknown
    from insight.retention.history import read_book
    from insight.retention.renewals import due

    calendar = ledger.calendar() or Calendar()
    now = as_of.instant(calendar)
    since, until = _ends(of, window, calendar, now)
    if until <= since:
        raise Refusal("until", "before_since", "a period has a beginning before its end")
    book = read_book(ledger, now)
    notes = []
    if missing := unknown(book, since, until):
        notes.append(f"{missing} contracts have no sum and are in no sum here")
    if until > now:
        notes.append(f"the period is not over: it is told as it stood at {now.isoformat()}")
    firsts = [each.levels[0].at for each in book.histories]
    periods = _periods(min(firsts), now, cohort, calendar) if cohort and firsts else []
    edges = [_first(each.first, calendar) for each in periods]
    edges += [_first(periods[-1].last + timedelta(days=1), calendar)] if periods else []
    return Retained(
        since,
        until,
        by,
        flows(book, since, until, by),
        logos(book, since, until, by),
        due(book, since, until, by),
        cohorts(book, [each.label for each in periods], edges),
        notes,
    )


def _ends(
    of: str | None, window: Window, calendar: Calendar, now: datetime
) -> tuple[datetime, datetime]:
    """The first instant of the period, and the first behind it."""
    if of:
        try:
            days = period(of, calendar)
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken
        return _first(days.first, calendar), _first(days.last + timedelta(days=1), calendar)
    since, until = window.instants(calendar)
    until = until + MOMENT if until else now
    return since or until - timedelta(days=365), until


def _first(day: date, calendar: Calendar) -> datetime:
    return end_of(day - timedelta(days=1), calendar.time_zone) + MOMENT


def _periods(first: datetime, now: datetime, each: Cohorts, calendar: Calendar) -> list[Period]:
    """The fiscal years or quarters from the first contract to now, the last of them."""
    day, found = calendar.day(first), list[Period]()
    while day <= calendar.day(now):
        one = quarter(day, calendar)
        if each == "year":
            one = _year(one, calendar)
        found.append(one)
        day = one.last + timedelta(days=1)
    return found[-MOST_COHORTS:]


def _year(of: Period, calendar: Calendar) -> Period:
    return period(of.label.split("-")[0], calendar)


def _flow_rows(found: Retained) -> Iterator[dict[str, Any]]:
    from starter.insight.words import percent

    for flow in found.flows:
        group = {found.by: flow.group} if found.by else {}
        lines = {line.name: line.amount for line in (flow.start, *flow.lines, flow.end)}
        rates = {name: percent(getattr(flow, name)) for name in ("grr", "nrr")}
        yield {**group, "currency": flow.currency, "n": flow.start.n, **lines, **rates}


def _show(found: Retained, rows: list[dict[str, Any]]) -> None:
    from starter.insight.words import percent

    if not found.logos and not rows:
        echo("no contract ran in that time")
    if rows:
        print_table(rows, [*rows[0]], {"n", *_sums(found)})
    for logo in found.logos:
        whose = f"{found.by} {logo.group or '(none)'}: " if found.by else ""
        echo(
            f"{whose}{percent(logo.kept.rate)} of {logo.kept.n:.0f} customers kept "
            f"({percent(logo.kept.low)} to {percent(logo.kept.high)})"
        )
    due = [*_due_rows(found)]
    if due:
        echo("\nUp for renewal")
        print_table(due, [*due[0]])
    if found.cohorts:
        echo("\nCohorts by their first contract: customers left, and the sum in per cent")
        table = [*_cohort_rows(found)]
        print_table(table, [*table[0]])


def _sums(found: Retained) -> set[str]:
    return {line.name for flow in found.flows for line in (flow.start, *flow.lines, flow.end)}


def _due_rows(found: Retained) -> Iterator[dict[str, Any]]:
    from starter.insight.words import percent

    for each in found.due:
        group = {found.by: each.group} if found.by else {}
        yield {
            **group,
            "currency": each.currency or "no sum",
            "terms": f"{each.renewed.n:.0f}",
            "renewed": percent(each.renewed.rate),
            "undecided": each.undecided,
            "before": each.before,
            "kept": each.kept,
            "grr": percent(each.grr),
        }


def _cohort_rows(found: Retained) -> Iterator[dict[str, Any]]:
    from starter.insight.words import percent

    longest = max(len(each.ages) for each in found.cohorts)
    for each in found.cohorts:
        cells = {f"+{age.age}": f"{age.left} / {percent(age.rate) or '-'}" for age in each.ages}
        empty = {f"+{age}": None for age in range(longest)}
        yield {"began": each.label, "currency": each.currency, "n": each.n, **empty, **cells}
