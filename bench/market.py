"""What a simulated market takes in time and memory, with no server and no ledger."""

import os
import resource
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

from bench.figures import Figure, Spread
from processes import library
from simulation.market import Market
from simulation.play import Tally

SEED = 7
PATIENCE = 1, 4
"""How many rounds a buyer talks: a few, so that a million of them is a matter of minutes."""
EVERY = timedelta(minutes=5)
"""A million begin within ten years."""
PART = 5_000
"""How many opportunities a process lives through in one go."""


def measure(opportunities: int) -> list[Figure]:
    """Every core has a process of its own; each opportunity depends on the seed and its number."""
    starts = range(0, opportunities, PART)
    parts = [range(start, min(start + PART, opportunities)) for start in starts]
    begun, facts, ended, seconds, peak = time.perf_counter(), 0, 0, 0.0, 0.0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for tally, spent, memory in pool.map(_lived, parts):
            facts += tally.facts
            ended += sum(tally.outcomes.values())
            seconds += spent
            peak = max(peak, memory)
    wall = time.perf_counter() - begun
    assert ended == opportunities, "one of them has not ended"
    what = f"{opportunities:,} simulated opportunities, {facts:,} facts"
    return [
        Figure(f"{what}: time on {os.cpu_count()} cores", "s", Spread((wall,))),
        Figure(f"{what}: CPU", "s", Spread((seconds,))),
        Figure(f"{what}: peak memory of a process", "MB", Spread((peak / 1e6,))),
    ]


def _lived(numbers: Iterable[int]) -> tuple[Tally, float, float]:
    """These of the market, each to its end."""
    market = Market(SEED, library(), patience=PATIENCE, every=EVERY)
    tally, begun = Tally(), time.process_time()
    for number in numbers:
        _, journal = market.life(number)
        tally.add(journal)
    return tally, time.process_time() - begun, _peak()


def _peak() -> float:
    """In bytes; Linux counts in KiB, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024.0
