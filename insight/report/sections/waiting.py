"""How long the clock should wait: the chance still to win, by the days in a stage."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from insight.limits.curve import Curve as Known
from insight.limits.curve import Learned
from insight.limits.recommend import Recommended, recommend
from insight.report.page import Section, Table
from insight.report.plots.curves import Curve, Curves, curves
from insight.report.wording import deals, listed, percent, words

HEAD: Final = ("waiting", "Chance still to win")
TOLERANCE: Final = 0.03
"""A limit is worth recommending where fewer than these still win."""
CLOCK: Final = "stage_limit"


def waiting(learned: Sequence[Learned]) -> Section:
    """The curves of the process that taught the most, and where its limits should be."""
    if not any(each.n for each in learned):
        return Section(*HEAD, "No opportunity was known, so nothing says how long to wait.")
    most = max(learned, key=lambda each: each.n)
    found = [each for each in recommend(most, TOLERANCE) if each.clock == CLOCK]
    by_stage = {each.stage: each for each in found}
    lines = [
        line
        for each in most.curves
        if each.clock == CLOCK and each.stage in by_stage
        if (line := _line(each, by_stage[each.stage]))
    ]
    if not lines:
        needed = found[0].needed if found else 0
        return Section(
            *HEAD, f"Too few to say how long to wait: {deals(most.n)}, and {needed} are needed."
        )
    level = (f"{percent(TOLERANCE)} still win", TOLERANCE)
    drawing = curves(Curves("Chance still to win", lines, "days in the stage", level), HEAD[0])
    rows = [
        (words(each.stage or ""), _days(each.today), _days(each.days), each.why) for each in found
    ]
    table = Table(("Stage", "today", "recommended", "why"), rows, frozenset({"today"}))
    limited = any(each.days is not None for each in found)
    notes = [f"A dot is the limit that {percent(TOLERANCE)} implies."] if limited else []
    return Section(*HEAD, _lead(most, found), drawing, numbers=table, notes=notes)


def _line(curve: Known, limit: Recommended) -> Curve | None:
    """As far as enough came to say anything."""
    points = list(takewhile(lambda each: each.n >= limit.needed, curve.points))
    if len(points) < 2:
        return None
    days, shares = [float(each.days) for each in points], [each.chance for each in points]
    return Curve(words(curve.stage or ""), days, shares, limit.days)


def _lead(learned: Learned, found: Sequence[Recommended]) -> str:
    whole = f"({deals(learned.n)} of {words(learned.process.name)})"
    limited = [each for each in found if each.days is not None]
    if not limited:
        return f"In no stage does the chance to win fall below {percent(TOLERANCE)} {whole}."
    parts = [f"day {each.days} of {words(each.stage or '')}{_instead(each)}" for each in limited]
    return f"Fewer than {percent(TOLERANCE)} still win from {listed(parts)} on {whole}."


def _instead(each: Recommended) -> str:
    return f" (limit today: {each.today:.0f})" if each.today is not None else ""


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:.0f} d"
