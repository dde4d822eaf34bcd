"""How customers buy: what is won, how far the rest comes, how long it takes, and why it ends."""

from collections.abc import Sequence

import numpy as np

from insight.past import OUTCOMES
from insight.report.page import Section, Table
from insight.report.plots.bars import Bar, Bars, bars
from insight.report.plots.curves import Curve, Curves, curves
from insight.report.plots.forest import Forest, Point, forest
from insight.report.wording import between, counted, deals, listed, percent, sample, words
from insight.statistics.incidence import aalen_johansen
from insight.win_loss.cases import ENDED, WON, Cases
from insight.win_loss.cycle import cycle
from insight.win_loss.funnel import Funnel, funnel
from insight.win_loss.money import Money
from insight.win_loss.rates import Rate, rates
from insight.win_loss.stages import Stages

LEAST = 20
"""Below so many ends a section says only how few there are."""
POINTS = 60
"""On so many days a curve is drawn."""
MOST_REASONS = 6
"""So many reasons are drawn of wins, and as many of all other ends."""

RATE = {"decided": "decided", "resolved": "all that ended", "cohort": "all that began"}
TONE = {"won": "good", "lost": "bad", "expired": "dim", "withdrawn": "pale"}


def win_rates(cases: Cases, money: Money) -> Section:
    """The named rates side by side, with their intervals."""
    head = ("win_rates", "Win rates")
    found = [each for each in rates(cases, money) if each.share.rate is not None]
    if (few := _few(cases)) or not found:
        return Section(*head, few or "Nothing has ended yet, so there is no win rate.")
    points = [_point(each) for each in found]
    decided = next((each for each in points if each.name == RATE["decided"]), points[0])
    lead = (
        f"{percent(decided.value)} of {deals(decided.n or 0)} that the buyer decided were won "
        f"({_interval(decided)}), and "
        f"{percent(points[1].value)} of the {points[1].n or 0:,} that ended in any way."
    )
    rows = [
        (each.name, f"{each.n:,}" if each.n else "", percent(each.value), _interval(each))
        for each in points
    ]
    table = Table(("Won of", "n", "rate", "95 % interval"), rows, frozenset({"n", "rate"}))
    drawing = forest(Forest("Win rates", points, "share won, with its 95 % interval"), head[0])
    return Section(*head, lead, drawing, numbers=table)


def _point(rate: Rate) -> Point:
    found = rate.share
    assert found.rate is not None
    if rate.currency:
        return Point(f"value in {rate.currency}", found.rate, found.low, found.high, None)
    return Point(RATE[rate.name], found.rate, found.low, found.high, int(found.n))


def _interval(each: Point) -> str:
    return between(each.low or 0, each.high or 0)


def funnel_section(cases: Cases, stages: Stages) -> Section:
    """How far the opportunities of the process with the most of them come."""
    head = ("funnel", "Funnel")
    if few := _few(cases):
        return Section(*head, few)
    every = funnel(cases, stages)
    mine = [each for each in every if each.process == _main(every)]
    first = mine[0]
    known = [each for each in mine if each.onward.n >= LEAST and each.onward.rate != 1]
    won = round(first.to_win.part)
    lead = f"Of {deals(first.reached)} of {words(first.process)}, {won:,} were won so far"
    if known:
        narrow = min(known, key=lambda each: each.onward.rate or 0)
        lead += (
            f"; the narrowest place is {words(narrow.stage)}, from which "
            f"{percent(narrow.onward.rate or 0)} of {round(narrow.onward.n):,} went on"
        )
    drawn = [
        Bar(words(f.stage), f.reached, _reached(f, first), part=round(f.to_win.part)) for f in mine
    ]
    drawing = bars(Bars("How far they come", drawn), head[0])
    note = "Dark is what was won; who skips a stage has come as far."
    return Section(*head, lead + ".", drawing, numbers=_funnel_table(every), notes=[note])


def _main(every: Sequence[Funnel]) -> str:
    """The process that most came through."""
    return max(every, key=lambda each: each.reached).process


def _reached(each: Funnel, first: Funnel) -> str:
    return f"{each.reached:,} · {percent(each.reached / first.reached)}"


def _funnel_table(every: Sequence[Funnel]) -> Table:
    rows = [
        (
            (words(each.stage), words(each.process)),
            f"{each.reached:,}",
            f"{each.open:,}",
            "" if each.onward.rate is None else percent(each.onward.rate),
            "" if each.to_win_of_ended.rate is None else percent(each.to_win_of_ended.rate),
        )
        for each in every
    ]
    columns = ("Stage", "reached", "open", "went on", "won of ended")
    return Table(columns, rows, frozenset(columns[1:]))


def cycle_time(cases: Cases) -> Section:
    """By which age which end has come, those still open counted for as long as they were seen."""
    head = ("cycle", "Cycle time by outcome")
    if few := _few(cases):
        return Section(*head, few)
    told = cycle(cases)
    took = {each.outcome: each for each in told.took}
    parts = [
        f"{each.median:.0f} days to {name} ({sample(each.n)})"
        for name in ENDED
        if (each := took[name]).median is not None
    ]
    half = f"Half of all have ended by day {told.median:.0f}" if told.median else "Most are open"
    lead = f"{half}; of those that ended so, the middle one took {listed(parts)}."
    entry, left = cases.watched(cases.opened, cases.closed)
    end = np.where(cases.closed <= cases.until, cases.outcome, 0).astype(np.int8)
    found = aalen_johansen(entry, left, end, len(ENDED))
    last = float(np.quantile(left[left > entry], 0.99))
    days = [float(each) for each in np.linspace(0, max(last, 1.0), POINTS)]
    shares = np.array([found.by(day) for day in days])
    lines = [
        Curve(name, days, [float(each) for each in shares[:, i]]) for i, name in enumerate(ENDED)
    ]
    drawing = curves(Curves("Cycle time by outcome", lines, "days since the opening"), head[0])
    rows = [
        (f"{each.age:.0f}", *map(percent, (each.won, each.lost, each.expired, each.withdrawn)))
        for each in told.reached
    ]
    columns = ("By day", *ENDED)
    note = (
        f"Share of all that had come to each end by that age; {deals(told.open)} still open "
        f"of {told.n:,} count for as long as they were seen."
    )
    return Section(
        *head, lead, drawing, numbers=Table(columns, rows, frozenset(columns)), notes=[note]
    )


def reasons(cases: Cases) -> Section:
    """The primary reasons of the ends, the most frequent first."""
    head = ("reasons", "Reasons")
    if few := _few(cases):
        return Section(*head, few)
    counts = _by_reason(cases)
    won = [each for each in counts if each[0] == WON]
    other = [each for each in counts if each[0] != WON]
    n_won, n_other = sum(each[2] for each in won), sum(each[2] for each in other)
    parts = []
    if other:
        outcome, reason, n = other[0]
        parts.append(
            f"What ends without a win most often is {OUTCOMES[outcome]} for {words(reason)}: "
            f"{percent(n / n_other)} of {n_other:,}"
        )
    if won:
        parts.append(
            f"buyers most often name {words(won[0][1])}: "
            f"{percent(won[0][2] / n_won)} of {n_won:,} wins"
        )
    lead = "; ".join(parts) + "."
    drawn = [
        Bar(words(reason), n / whole, f"{n:,} {OUTCOMES[outcome]}", TONE[OUTCOMES[outcome]])
        for some, whole in ((won, n_won), (other, n_other))
        for outcome, reason, n in some[:MOST_REASONS]
    ]
    drawing = bars(Bars("Primary reasons", drawn), head[0])
    rows = [
        (
            words(reason),
            OUTCOMES[outcome],
            f"{n:,}",
            percent(n / (n_won if outcome == WON else n_other)),
        )
        for outcome, reason, n in counts
    ]
    table = Table(("Reason", "outcome", "n", "share"), rows, frozenset({"n", "share"}))
    note = f"Bars are shares: above of the {n_won:,} wins, below of the {n_other:,} other ends."
    return Section(*head, lead[0].upper() + lead[1:], drawing, numbers=table, notes=[note])


def _by_reason(cases: Cases) -> list[tuple[int, str, int]]:
    """Outcome, primary reason and how many, the wins first and then the most."""
    keys = np.column_stack([cases.outcome, cases.reason])[cases.ended]
    found, counts = np.unique(keys, axis=0, return_counts=True)
    texts = cases.past.texts
    told = [(int(o), texts[r], int(n)) for (o, r), n in zip(found, counts, strict=True)]
    return sorted(told, key=lambda each: (each[0] != WON, -each[2], each[1]))


def _few(cases: Cases) -> str:
    n = int(cases.ended.sum())
    if n >= LEAST:
        return ""
    return f"Too few have ended to say anything: {counted(n, 'end')}, and {LEAST} are needed."
