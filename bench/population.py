"""Opportunities for the ledger's benchmarks: simulated, each to its end, about ten facts each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ledger.batch import Batch
from processes import library
from simulation.market import Market
from simulation.play import batches

SEED: Final = 7
PATIENCE: Final = 1, 1
"""Their buyers talk for one round."""
EVERY: Final = timedelta(minutes=5)
TOGETHER: Final = 200
"""How many are written in one transaction."""


def ended(count: int) -> list[list[Batch]]:
    """So many of them, as the ledger takes them, transaction by transaction."""
    market = Market(SEED, library(), patience=PATIENCE, every=EVERY)
    told: list[list[Batch]] = [[] for _ in range(0, count, TOGETHER)]
    for number, (script, journal) in enumerate(market.lives(count)):
        told[number // TOGETHER] += batches(script, journal, market.find)
    return told


def facts_in(told: Sequence[Sequence[Batch]]) -> int:
    """How many facts that is."""
    return sum(len(batch.facts) for some in told for batch in some)
