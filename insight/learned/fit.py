"""Fitting: from a past to all that was learned of it as of an instant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import numpy as np

from insight.learned.arrivals import arriving
from insight.learned.blend import CHAINS
from insight.learned.codes import recoded
from insight.learned.counts import Counts
from insight.learned.days import Days
from insight.learned.features import Features, Words
from insight.learned.fitting import Fitted, Fitting
from insight.learned.landmarks import Landmarks
from insight.learned.learned import Learned
from insight.learned.learners import one_core
from insight.learned.money import Money, Worth
from insight.past import Past

ENOUGH: Final = 30
"""So many wins and so many other ends of a process are needed to learn anything of it."""


def fit(past: Past, as_of: datetime, horizons: Iterable[float]) -> Learned:
    """What could be learned by an instant, for windows of so many days each; on one core."""
    with one_core():
        return _fit(past, as_of, horizons)


def _fit(past: Past, as_of: datetime, horizons: Iterable[float]) -> Learned:
    days = Days(past, as_of.timestamp())
    words = Words(days)
    features = Features(days, words)
    money = Money(days, features)
    over = days.outcome > 0
    won = days.outcome == 1
    names = past.opening["process"]
    count = np.bincount(names[won], minlength=len(past.texts))
    others = np.bincount(names[over & ~won], minlength=len(past.texts))
    enough = np.flatnonzero((count >= ENOUGH) & (others >= ENOUGH))
    processes = frozenset(past.texts[code] for code in enough)
    product_codes = past.opening["product"]
    names_used = np.flatnonzero(np.bincount(product_codes, minlength=1))
    products = {past.texts[code]: i for i, code in enumerate(names_used, start=1)}
    product = recoded(past.texts, product_codes, products)
    chains, fitted, worth = {}, dict[int, Fitted](), dict[int, Worth]()
    entering = np.zeros(0)
    lengths = sorted({max(1, round(each)) for each in horizons}) if processes else []
    if lengths:
        counts = Counts(days)
        landmarks = Landmarks(days, counts, features)
        chains = {name: landmarks.chain(0, half) for name, half in CHAINS.items()}
        entering = arriving(counts, days.as_of, 0, max(lengths))
        for within in lengths:
            fitting = Fitting(landmarks, money, product, within)
            fitted[within], worth[within] = fitting.fitted(), fitting.worth(0)
    wins = money.wins(0)
    return Learned(
        as_of,
        (int(won.sum()), int((over & ~won).sum())),
        processes,
        days.states,
        words,
        chains,
        entering,
        money.currencies,
        money.usual,
        products,
        {c: money.final[wins[money.currency[wins] == i]] for i, c in enumerate(money.currencies)},
        fitted,
        worth,
    )
