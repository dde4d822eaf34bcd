"""Where the next hour pays: what to work on, what the clock will close, how the work is spread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from insight.focus.actions import next_action
from insight.focus.listing import Item, items
from insight.focus.load import Load, loads
from insight.focus.states import states
from insight.focus.study import Study
from insight.past import Past
from insight.report.page import Cell, Section, Table
from insight.report.plots.bars import Bar, Bars, bars
from insight.report.wording import clean, counted, day, deals, figure, money, percent, words
from ledger.ledger import Ledger
from sales.clocks import next_deadline
from sales.opportunity import Opportunity

FOCUS: Final = ("focus", "Focus")
CLOSING: Final = ("closing", "What the clock will close next")
LOAD: Final = ("load", "Load per owner")
MOST: Final = 10
"""So many rows a list has, and so many owners a plot."""
SOON: Final = timedelta(days=14)
NOTHING: Final = "Nothing is open, so there is nothing to work on."
CLOSES_NOTHING: Final = "Nothing is open, so the clock has nothing to close."


@dataclass(frozen=True)
class Work:
    """The plan for the days ahead. `ends` are those that the clock brings within SOON, the first
    coming first: when, of what, and by which clock. `states` are the opportunities that are
    listed, as they stood."""

    study: Study
    items: Sequence[Item]
    ends: Sequence[tuple[datetime, str, str]]
    states: Mapping[str, Opportunity]

    @property
    def currency(self) -> str:
        """Of all sums."""
        return self.study.currency or ""

    def title(self, id_: str) -> Cell:
        """What it is called, and below whose it is."""
        state = self.states[id_]
        owner = [self.owner(state.owner)] if state.owner else []
        below = " \N{MIDDLE DOT} ".join((state.account_id, *owner, id_))
        return clean(state.name or id_), clean(below, 90)

    def owner(self, id_: str) -> str:
        """What they are called."""
        known = self.study.owners.get(id_)
        return clean(known.name if known and known.name else id_)


def work_of(ledger: Ledger, study: Study) -> Work:
    """What the lists are made of."""
    found = items(study.plan, study.question.tolerance)
    ends = ending(ledger, study.past, [each.id for each in found], study.question.as_of)
    listed = [each.id for each in _ranked(found)[:MOST]] + [id_ for _, id_, _ in ends[:MOST]]
    return Work(study, found, ends, states(ledger, listed, study.question.as_of))


def ending(
    ledger: Ledger, past: Past, open_: Sequence[str], as_of: datetime
) -> list[tuple[datetime, str, str]]:
    """Which of them the clock ends soon. As long as nothing is known that came later, their rows
    say so; else their journals up to then."""
    until, among = as_of + SOON, set(open_)
    later = max((float(each.known.max(initial=0)) for each in past.steps.values()), default=0)
    if later <= as_of.timestamp():
        rows = ((row.deadline, row.id, row.clock) for row in ledger.due(until))
        return [(at, id_, clock) for at, id_, clock in rows if at and clock and id_ in among]
    found = (
        (deadline.at, id_, deadline.clock)
        for id_, state in states(ledger, open_, as_of).items()
        if (deadline := next_deadline(state)) and deadline.at < until
    )
    return sorted(found)


def _ranked(found: Sequence[Item]) -> list[Item]:
    """What an hour can be spent on, what pays most first."""
    return [each for each in found if each.per_hour is not None and each.verdict != "stop"]


def focus(work: Work) -> Section:
    """Those whose next hour is expected to bring the most, with what to do there."""
    found, rated = work.items, _ranked(work.items)
    if not found:
        return Section(*FOCUS, NOTHING)
    stop = sum(each.verdict == "stop" for each in found)
    lead = _focused(work, len(found), len(rated), stop)
    if not rated:
        return Section(*FOCUS, lead)
    columns = ("Opportunity", "Next", "An hour brings")
    table = Table(columns, list(_rows(work, rated[:MOST])), frozenset({columns[-1]}))
    note = (
        "Expected is chance times amount, by the hours of work that are left; what one more hour "
        "adds to a chance nobody knows without an experiment."
    )
    return Section(*FOCUS, lead, table=table, notes=[note])


def _focused(work: Work, open_: int, rated: int, stop: int) -> str:
    plan, ahead = work.study.plan, work.study.question.ahead.days
    stopped = f"; {stop:,} of them are hardly ever won any more" if stop else ""
    if not rated:
        return f"Of {deals(open_)} none has both a sum and hours, so none can be ranked{stopped}."
    whole = f"of {deals(open_)} that are open{stopped}"
    if not plan.capacity:
        return f"These pay most for each hour {whole}; nobody's hours are known."
    hours = sum(plan.capacity.values())
    value = money(plan.value, work.currency)
    return (
        f"The {hours:,.0f} hours that {counted(len(plan.capacity), 'owner')} have in the next "
        f"{ahead} days are expected to bring {value} where they pay most, {whole}."
    )


def _rows(work: Work, found: Sequence[Item]) -> Iterator[tuple[Cell, ...]]:
    for each in found:
        action = next_action(work.states[each.id], work.study.question.as_of)
        chance = f"{percent(each.chance)} of {money(each.worth or 0, work.currency)}"
        yield (
            work.title(each.id),
            (clean(action.words, 80) if action else "", f"{words(each.stage)}, {chance}"),
            (money(each.per_hour or 0, work.currency), f"{figure(each.hours or 0)} h left"),
        )


def closing(work: Work) -> Section:
    """What ends by itself in the next days unless somebody does something."""
    found, ends = {each.id: each for each in work.items}, work.ends
    if not found:
        return Section(*CLOSING, CLOSES_NOTHING)
    whole = f"{SOON.days} days ({deals(len(found))} open)"
    if not ends:
        return Section(*CLOSING, f"The clock will close nothing within {whole}.")
    worth = sum(found[id_].worth or 0 for _, id_, _ in ends)
    expected = sum(found[id_].expected or 0 for _, id_, _ in ends)
    lead = (
        f"The clock will close {deals(len(ends))} within {whole} unless something happens: "
        f"{money(worth, work.currency)} in all, of which {money(expected, work.currency)} would "
        "be expected."
    )
    zone = ZoneInfo(work.study.calendar.time_zone)
    rows = [
        (
            work.title(id_),
            (_date(at, zone), words(clock)),
            (money(found[id_].worth or 0, work.currency), f"{percent(found[id_].chance)} win"),
        )
        for at, id_, clock in ends[:MOST]
    ]
    notes = [f"The first {MOST} of {len(ends):,}."] if len(ends) > MOST else []
    table = Table(("Opportunity", "Ends", "Worth"), rows, frozenset({"Worth"}))
    return Section(*CLOSING, lead, table=table, notes=notes)


def _date(at: datetime, zone: ZoneInfo) -> str:
    return day(at.astimezone(zone).date())


def load(work: Work) -> Section:
    """Hours that the open work asks for, beside the hours that there are."""
    study = work.study
    found = [each for each in loads(study.plan, "owner", study.owners) if each.hours > 0]
    if not found:
        lead = "No hours are known for what is open" if len(study.bets) else "Nothing is open"
        return Section(*LOAD, f"{lead}, so there is no load to show.")
    names = {each.group: work.owner(each.group) for each in found}
    drawn = [
        Bar(names[e.group], e.hours, _label(e), limit=e.capacity, part=e.given)
        for e in found[:MOST]
    ]
    drawing = bars(Bars("Hours of work left, per owner", drawn), LOAD[0])
    rows = [
        (names[e.group], f"{e.open:,}", f"{e.hours:,.0f}", _hours(e.capacity), _weeks(e))
        for e in found
    ]
    columns = ("Owner", "open", "hours left", "has in a week", "weeks")
    table = Table(columns, rows, frozenset(columns[1:]))
    most = max(found, key=lambda each: (each.periods or 0, each.hours))
    weeks = f", {_weeks(most)} of theirs" if most.periods else ""
    count, open_ = counted(len(found), "owner"), sum(each.open for each in found)
    lead = (
        f"{names[most.group]} has the most before them: {most.hours:,.0f} hours of work{weeks} "
        f"({deals(open_)} of {count})."
    )
    notes = []
    if study.plan.capacity:
        notes.append(
            f"Dark is what is planned for {study.question.ahead.days} days, the mark what there is."
        )
    if unknown := sum(each.unknown for each in found):
        notes.append(f"Of {deals(unknown)} nobody knows the hours.")
    return Section(*LOAD, lead, drawing, numbers=table, notes=notes)


def _label(each: Load) -> str:
    return f"{each.hours:,.0f} h" + (f" · {_weeks(each)}" if each.periods else "")


def _weeks(each: Load) -> str:
    return counted(round(each.periods), "week") if each.periods else ""


def _hours(hours: float | None) -> str:
    return "" if hours is None else f"{hours:,.0f}"
