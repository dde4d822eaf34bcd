"""Win and loss as tables: a page for each section, and one of everything that fits a screen."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from insight.win_loss import WinLoss
from starter.insight.win_loss_groups import customers, separates
from starter.insight.words import (
    Page,
    Row,
    count,
    counted,
    days,
    flat,
    interval,
    percent,
    span,
)

if TYPE_CHECKING:
    from insight.win_loss.cycle import Cycle

FEW: Final = 4
"""How many rows of a table the overview shows."""


def overview(told: WinLoss) -> Iterator[Page]:
    """Of each section what matters most."""
    why, far, long, what = (next(each(told)) for each in (reasons, funnel, time, separates))
    yield next(rates(told))
    by_outcome = groupby(why.rows, itemgetter("outcome"))
    yield replace(why, rows=[row for _, some in by_outcome for row in islice(some, 2)])
    yield replace(far, rows=[r for r in far.rows if r["process"] == far.rows[0]["process"]])
    yield long
    yield replace(what, rows=what.rows[:FEW])
    several = (page for page in customers(told) if len(page.rows) > 1)
    yield from (replace(page, rows=page.rows[:FEW]) for page in islice(several, 1))


def rates(told: WinLoss) -> Iterator[Page]:
    """Every win rate; what is still to come by age; pursuits and attempts."""
    pursuits = told.pursuits
    rows = [
        {"rate": each.name, "of": each.of + (f", {each.currency}" if each.currency else "")}
        | counted(each.share)
        for each in told.rates
    ]
    rows.append(
        {"rate": "pursuit", "of": "won at any attempt, of all pursuits over"}
        | counted(pursuits.won)
    )
    yield Page("Win rates", rows)
    yield Page(
        "Still to come: won within so many days more, of what is open at an age",
        [
            {"age": days(each.age), "within": days(each.days), "open": count(each.open)}
            | {"won": percent(each.won.rate), "interval": interval(each.won)}
            | {name: percent(share) for name, share in each.others.items()}
            for each in told.horizon
        ],
    )
    yield Page(
        "Attempts",
        [
            {"attempt": each.attempt} | counted(each.won) | {"days to win": days(each.days)}
            for each in pursuits.by_attempt
        ],
        [
            f"{pursuits.reopened} pursuits were tried again, {pursuits.rescued.part} of them won "
            "only then"
        ]
        if pursuits.reopened
        else [],
    )


def reasons(told: WinLoss) -> Iterator[Page]:
    """Why it ended so, and against whom."""
    yield Page(
        "Reasons, each of the ends with its outcome",
        [
            {"outcome": each.outcome, "reason": each.reason} | counted(each.share, "count")
            for each in told.reasons
        ],
    )
    yield Page(
        "Competitors",
        [
            {"competitor": each.name, "met": count(each.met)}
            | {"won": percent(each.won.rate), "interval": interval(each.won)}
            | {"lost to": count(each.lost_to)}
            for each in told.rivals
        ],
    )
    yield _voices(told)


def _voices(told: WinLoss) -> Page:
    """The buyer's reason against the recorded one."""
    found, words = told.voices, [told.voices.sentence]
    if found.compared:
        kappa = "" if found.kappa is None else f"; kappa {found.kappa:.2f}, where 0 is chance"
        words.append(
            f"of {found.compared} compared {percent(found.primary.rate)} agree in the primary "
            f"reason ({interval(found.primary)}), {percent(found.any.rate)} share one{kappa}"
        )
    rows = [
        {"recorded": each.recorded, "buyer": each.buyer, "count": count(each.count)}
        for each in found.matrix
    ]
    return Page("The buyer's reason against the recorded one", rows, words)


def funnel(told: WinLoss) -> Iterator[Page]:
    """How far they come, the process with the most first."""
    reached = Counter[str]()
    for each in told.funnel:
        reached[each.process] = max(reached[each.process], each.reached)
    yield Page(
        "Funnel: who came as far, went on, and was won",
        [
            {"process": each.process, "stage": each.stage, "reached": count(each.reached)}
            | {"open": count(each.open), "went on": percent(each.onward.rate)}
            | {
                "won of all": percent(each.to_win.rate),
                "won of ended": percent(each.to_win_of_ended.rate),
            }
            | {"interval": interval(each.to_win_of_ended), "n": count(each.to_win_of_ended.n)}
            for each in sorted(told.funnel, key=lambda each: -reached[each.process])
        ],
    )


def time(told: WinLoss) -> Iterator[Page]:
    """How long it takes."""
    cycle = told.cycle
    words = [
        f"half are over within {span(cycle.median, cycle.low, cycle.high)}, the {cycle.open:,} of "
        f"{cycle.n:,} that are open taken into account"
        if cycle.median is not None
        else f"less than half of {cycle.n:,} are over as far as was seen"
    ]
    if cycle.watched_from:
        words.append(
            f"no end is recorded before {cycle.watched_from.date()}, though many were open: ages "
            "count from then on"
        )
    yield Page(
        "Days from the opening to the end",
        [
            {
                "outcome": each.outcome,
                "n": count(each.n),
                "a quarter within": days(each.first_quarter),
            }
            | {"half within": days(each.median), "three quarters within": days(each.third_quarter)}
            for each in cycle.took
            if each.n
        ],
        words,
    )
    yield _reached(cycle)
    yield _stages(told)


def _reached(cycle: "Cycle") -> Page:
    return Page(
        "By which age which end has come, of all",
        [
            {"age": days(each.age), "watched": count(each.watched), "won": percent(each.won)}
            | {"interval": f"{percent(each.low)} to {percent(each.high)}"}
            | {
                name: percent(getattr(each, name))
                for name in ("lost", "expired", "withdrawn", "open")
            }
            for each in cycle.reached
        ],
    )


def _stages(told: WinLoss) -> Page:
    return Page(
        "Time in stage, and how it is left at last",
        [
            {"process": each.process, "stage": each.stage, "visits": count(each.visits)}
            | {"half over within": days(each.median)}
            | {name: percent(share) for name, share in each.leaves.items()}
            | {f"days if {name}": days(spent.median) for name, spent in each.spent.items()}
            for each in told.times
        ],
    )


SECTIONS: Final[dict[str, Callable[[WinLoss], Iterator[Page]]]] = {
    "overview": overview,
    "rates": rates,
    "reasons": reasons,
    "funnel": funnel,
    "time": time,
    "separates": separates,
    "customers": customers,
}


def lines(told: WinLoss, section: str) -> list[Row]:
    """What a file gets of a section: every row, in plain numbers."""
    match section:
        case "reasons":
            return [flat(each) for each in told.reasons]
        case "funnel":
            return [flat(each) for each in told.funnel]
        case "time":
            return [flat(each) for each in told.times]
        case "separates":
            families = told.separation.families
            return [flat(each, family=f.name) for f in families for each in f.findings]
        case "customers":
            return [flat(each, by=by) for by, some in told.customers.items() for each in some]
    return [flat(each) for each in told.rates]
