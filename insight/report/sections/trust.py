"""How good the forecast is: what was said against what was seen."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from insight import scoring
from insight.accuracy.chances import ALL
from insight.accuracy.revenue import RevenueScore
from insight.accuracy.scored import Accuracy
from insight.learned import Learned
from insight.learned.blend import mixed
from insight.learned.learners import chance
from insight.report.page import Section, Table
from insight.report.plots.forest import Forest, Point, forest
from insight.report.plots.reliability import Bin, reliability
from insight.report.wording import between, counted, listed, percent, words
from insight.scoring import Bin as Scored
from insight.statistics.proportions import wilson

CALIBRATION: Final = ("calibration", "Said against seen")
ACCURACY: Final = ("accuracy", "Accuracy of past forecasts")
LEARNED: Final = "learned"
SNAPSHOTS: Final = "The learned chances of all snapshots whose periods are over."
LEAST: Final = 20
"""So many forecasts are needed to say how good they were."""


def bins_of(found: Accuracy) -> Sequence[Scored]:
    """Of the learned chances in all snapshots what was said and what was seen."""
    for each in found.chances:
        if (each.forecaster, each.horizon, each.group) == (LEARNED, ALL, None):
            return each.calibration
    return ()


def tried_out(learned: Learned) -> Sequence[Scored]:
    """What the model would have said on past days by what was known on them: it learns each of
    them anew to find out what its members are worth. Only that worth is of today."""
    said, won = [np.zeros(0)], [np.zeros(0)]
    for fitted in learned.fitted.values():
        said += [chance(mixed(each.odds, fitted.weights)) for each in fitted.judged]
        won += [each.won.astype(np.float64) for each in fitted.judged]
    return scoring.calibration(np.concatenate(said), np.concatenate(won))


def tried_on(learned: Learned) -> str:
    """Which days these were."""
    parts = [
        f"{counted(len(fitted.judged), 'past day')}, each for the {within} days behind it"
        for within, fitted in learned.fitted.items()
    ]
    told = f" This is what would have been said on {listed(parts)}." if parts else ""
    return f"No snapshot's period is over yet.{told}"


def calibration(scored: Sequence[Scored], basis: str) -> Section:
    """Of what was given a chance, the share that was won; `basis` says who gave it."""
    n = sum(each.n for each in scored)
    if n < LEAST:
        few = (
            f"Too few forecasts are over to say how good they were: {n:,}, and {LEAST} are needed."
        )
        return Section(*CALIBRATION, few)
    bins = [_bin(each) for each in scored]
    said = sum(each.said * each.n for each in bins) / n
    came = sum(each.seen * each.n for each in bins) / n
    inside = sum(each.low <= each.said <= each.high for each in bins)
    lead = (
        f"Of {counted(n, 'forecast')}, {percent(said)} were said to be won and {percent(came)} "
        f"were; in {inside} of {counted(len(bins), 'group')} what was said lies within the "
        "interval of what was seen."
    )
    rows = [
        (
            *(between(each.least, each.most), percent(each.said), percent(each.came)),
            *(between(b.low, b.high), f"{b.n:,}"),
        )
        for each, b in zip(scored, bins, strict=True)
    ]
    columns = ("said from", "on average", "won", "95 % interval", "n")
    table = Table(columns, rows, frozenset(columns[1:]))
    drawing = reliability(bins, CALIBRATION[0])
    return Section(*CALIBRATION, lead, drawing, numbers=table, notes=[basis])


def _bin(scored: Scored) -> Bin:
    low, high = wilson(scored.won, scored.n)
    return Bin(scored.said, scored.came, float(low), float(high), scored.n)


def accuracy_section(found: Accuracy, currency: str) -> Section:
    """The error of each forecaster's sums, the learned beside the simple ones."""
    scores = [
        each
        for each in found.revenue
        if (each.horizon, each.group, each.currency) == (ALL, None, currency)
        and each.wape is not None
    ]
    if not scores:
        waiting = counted(found.snapshots, "snapshot")
        return Section(
            *ACCURACY,
            f"No forecast of a period that is over was kept, so none can be scored ({waiting}).",
        )
    scores.sort(key=lambda each: each.wape or 0)
    points = [
        Point(_name(each), each.wape or 0, n=each.n, ours=each.forecaster == LEARNED)
        for each in scores
    ]
    label = "mean error, as a share of what came; less is better"
    drawing = forest(Forest("Accuracy of past forecasts", points, label), ACCURACY[0])
    rows = [
        (
            _name(each),
            percent(each.wape or 0),
            _share(each.bias),
            _share(each.coverage),
            f"{each.n:,}",
        )
        for each in scores
    ]
    columns = ("Forecaster", "error", "bias", "in P10-P90", "n")
    table = Table(columns, rows, frozenset(columns[1:]))
    return Section(*ACCURACY, _lead(scores), drawing, numbers=table, notes=list(found.notes))


def _lead(scores: Sequence[RevenueScore]) -> str:
    learned = next((each for each in scores if each.forecaster == LEARNED), None)
    best = next((each for each in scores if each is not learned), None)
    if learned is None:
        return f"{_said(scores[0])}, the least of {counted(len(scores), 'forecaster')}."
    lead = _said(learned)
    if best:
        lead += f", the best of the others ({_name(best)}) by {percent(best.wape or 0)}"
    if learned.coverage is not None:
        lead += f"; P10 to P90 held {percent(learned.coverage)}"
    return f"{lead} ({counted(learned.n, 'sum')} of {counted(learned.periods, 'period')})."


def _said(each: RevenueScore) -> str:
    whose = "The learned forecast" if each.forecaster == LEARNED else f"What {_name(each)} said"
    return f"{whose} was off by {percent(each.wape or 0)}"


def _name(each: RevenueScore) -> str:
    return words(each.forecaster.replace(":", ": "))


def _share(share: float | None) -> str:
    return "" if share is None else percent(share)
