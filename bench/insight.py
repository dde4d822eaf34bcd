"""What it takes to learn from all opportunities of a ledger, and to forecast those that are open.

Each run has a process of its own, so that its memory is its own, too.
"""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from bench.figures import Figure, Limit, Spread
from bench.traces import alone, most_memory, postgresql, sqlite
from insight.learned import Learned, fit
from insight.past import Past
from insight.reading import past_of
from ledger.ledger import Ledger

WITHIN: Final = 30
"""Days from the last that is known to the end of what is forecast."""
SMALLER: Final = 10
"""The growth is told from a ledger that many times smaller."""


class Learning(NamedTuple):
    """Seconds: reading and learning from all and forecasting what is open; reading what is open and
    forecasting it by what was learned; that without reading. MB in between, how many were open."""

    whole: float
    again: float
    forecast: float
    memory: float
    open: int


def measure(opportunities: int, rounds: int) -> list[Figure]:
    """Both databases, and how it grows."""
    found: list[Figure] = []
    for name, database in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        sizes = [opportunities // SMALLER, opportunities]
        runs: list[list[Learning]] = []
        for size in sizes:
            with database(size) as url:
                runs.append([alone(learn, url) for _ in range(rounds)])
        small, large = runs
        what = f"{name}, {opportunities:,} opportunities, {large[0].open:,} of them open"
        whole = Spread(tuple(each.whole for each in large))
        grown = whole.median / Spread(tuple(each.whole for each in small)).median
        growth = f"{what}: growth, ten times as many"
        found += [
            Figure(f"{what}: read, fit and forecast", "s", whole, limit=Limit(most=60.0)),
            _figure(f"{what}: read what is open, and forecast", "s", large, "again"),
            _figure(f"{what}: forecast alone", "s", large, "forecast", most=2.0),
            _figure(f"{what}: memory", "MB", large, "memory", most=4_000.0),
            Figure(growth, "times", Spread((grown,)), limit=Limit(most=11.0)),
        ]
    return found


def learn(url: str) -> Learning:
    """One run, the first thing its process does."""
    with closing(Ledger(url)) as ledger:
        began = time.perf_counter()
        past = past_of(ledger)
        last = max(each.known.max() for each in past.steps.values() if len(each.known))
        as_of = datetime.fromtimestamp(last, UTC)
        learned = fit(past, as_of, (WITHIN,))
        count = _forecast(learned, past, as_of)
        whole = time.perf_counter() - began
        del past
        began = time.perf_counter()
        only_open = past_of(ledger, only_open=True)
        read = time.perf_counter()
        _forecast(learned, only_open, as_of)
        now = time.perf_counter()
    return Learning(whole, now - began, now - read, most_memory(), count)


def _forecast(learned: Learned, past: Past, as_of: datetime) -> int:
    """Every chance, the new business, and what each currency comes to; how many are open."""
    until = as_of + timedelta(days=WITHIN)
    view = past.at(as_of.timestamp())
    chances = learned.chances(view, until)
    new = learned.new_business(as_of, until)
    for currency in learned.currencies:
        learned.revenue(chances, currency, new=new).quantile(0.5)
    return len(view)


def _figure(
    what: str, unit: str, runs: list[Learning], name: str, most: float | None = None
) -> Figure:
    limit = None if most is None else Limit(most=most)
    return Figure(what, unit, Spread(tuple(getattr(each, name) for each in runs)), limit=limit)
