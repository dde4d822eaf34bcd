"""The forecast as it would have been: as of past instants, scored by what came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from insight import scoring
from insight.learned import fit
from insight.past import Floats, Mask, Past
from ledger.steps import Kind

LOW, MIDDLE, HIGH = QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Window:
    """One snapshot: what was said of each open opportunity and of the amount, and what came."""

    as_of: datetime
    basis: str
    chance: Floats
    won: Mask
    mean: float
    quantiles: tuple[float, float, float]
    actual: float


@dataclass(frozen=True)
class Scores:
    """Of some windows. Chances are scored over all open opportunities of all windows; amounts by
    window, the error by the P50; each as `insight.scoring` has it."""

    windows: int
    rows: int
    brier: float
    auc: float
    ece: float
    wape: float
    bias: float
    pinball: float
    covered: float
    width: float


def backtest(past: Past, currency: str, as_ofs: Iterable[datetime], days: int) -> list[Window]:
    """Learn as of each instant, forecast the days that follow, and look at what came of them."""
    return [window(past, currency, each, days) for each in as_ofs]


def window(past: Past, currency: str, as_of: datetime, days: int) -> Window:
    """One of them. Only the end of the window looks beyond `as_of`."""
    until = as_of + timedelta(days=days)
    view = past.at(as_of.timestamp())
    learned = fit(past, as_of, [days])
    chances = learned.chances(view, until)
    revenue = learned.revenue(chances, currency, new=learned.new_business(as_of, until))
    low, middle, high = (revenue.quantile(p) for p in QUANTILES)
    won = (past.outcome == 1) & (past.closed <= until.timestamp())
    amount, _ = past.last(Kind.AMOUNT, until.timestamp())
    booked = won & (past.closed > as_of.timestamp())
    code = past.texts.index(currency) if currency in past.texts else -1
    booked &= past.word("currency", until.timestamp()) == code
    actual = float(np.nan_to_num(amount[booked]).sum())
    return Window(
        as_of,
        chances.basis,
        chances.p_won,
        won[view.rows],
        revenue.mean,
        (low, middle, high),
        actual,
    )


def scores(windows: list[Window]) -> Scores:
    """How good they were in all. Raises ValueError where nothing was open, or nothing was won or
    nothing was not: then nothing can be said."""
    won = np.concatenate([each.won for each in windows])
    chance = np.concatenate([each.chance for each in windows])
    actual = np.array([each.actual for each in windows])
    low, middle, high = np.array([each.quantiles for each in windows]).T
    told = (
        scoring.brier(chance, won),
        scoring.auc(chance, won),
        scoring.ece(chance, won),
        scoring.wape(middle, actual),
        scoring.bias(middle, actual),
        scoring.pinball_over(dict(zip(QUANTILES, (low, middle, high), strict=True)), actual),
        scoring.coverage(low, high, actual),
        scoring.width(low, high, actual),
    )
    known = [each for each in told if each is not None]
    if len(known) < len(told):
        raise ValueError("windows: nothing was open, or all or none of it was won")
    return Scores(len(windows), len(won), *known)
