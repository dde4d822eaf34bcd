"""The forecast as it would have been: as of past instants, scored by what came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from insight.learned import fit
from insight.learned.scores import auc, brier, calibration_error, pinball, wape
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
    window, the error by the P50. `covered` is the share of the windows between P10 and P90, and
    `width` how far apart these are, as a share of what came, in the mean."""

    windows: int
    rows: int
    brier: float
    auc: float
    calibration_error: float
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
    """How good they were in all."""
    won = np.concatenate([each.won for each in windows])
    chance = np.concatenate([each.chance for each in windows])
    actual = np.array([each.actual for each in windows])
    low, middle, high = np.array([each.quantiles for each in windows]).T
    losses = [
        pinball(actual, said, p) for said, p in zip((low, middle, high), QUANTILES, strict=True)
    ]
    return Scores(
        len(windows),
        len(won),
        brier(won, chance),
        auc(won, chance),
        calibration_error(won, chance),
        wape(actual, middle),
        float((middle - actual).sum() / actual.sum()),
        float(np.mean(losses)),
        float(((actual >= low) & (actual <= high)).mean()),
        float(((high - low) / actual).mean()),
    )
