"""How near the allocation of opportunities to owners comes to the bound, and what it costs."""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from bench.figures import Figure, Limit, Spread
from insight.focus.allocation import Pairs, bound, brought, greedy
from insight.past import Floats

SIZES: Final = ((200, 10), (1_000, 30), (3_000, 30))
NEAR: Final = Limit(least=0.998)
FAST: Final = Limit(most=0.1)


def drawn(count: int, owners: int, seed: int = 0) -> tuple[Pairs, Floats, Floats]:
    """Opportunities whose chances are beta, amounts lognormal and hours gamma distributed, each
    owner more or less fit for each; 40 % of the hours that would be wanted are there."""
    rng = np.random.default_rng(seed)
    worth = rng.beta(2, 3, count) * rng.lognormal(9, 1, count)
    hours = rng.gamma(2, 3, count) + 0.5
    fit = rng.uniform(0.6, 1.2, (count, owners))
    capacity = np.full(owners, hours.sum() * 0.4 / owners)
    what, whom = np.divmod(np.arange(count * owners), owners)
    return Pairs(what, whom, (worth[:, None] * fit * 0.15).ravel()), hours, capacity


def measure(rounds: int, sizes: Sequence[tuple[int, int]] = SIZES) -> list[Figure]:
    """Seconds of each allocation, the linear program's, and the share of its bound."""
    found = []
    for count, owners in sizes:
        problem = drawn(count, owners)
        spent = []
        for _ in range(rounds):
            begun = time.thread_time()
            given = greedy(*problem)
            spent.append(time.thread_time() - begun)
        begun = time.thread_time()
        best = bound(*problem)
        solving = time.thread_time() - begun
        share = brought(problem[0], given) / best.value
        name = f"{count:,} opportunities x {owners} owners"
        asked = (count, owners) == SIZES[-1]
        took = Spread(tuple(spent))
        found += [
            Figure(
                f"{name}: allocated", "s", took, took if asked else None, FAST if asked else None
            ),
            Figure(f"{name}: linear program", "s", Spread((solving,))),
            _share(name, share, asked),
        ]
    return found


def _share(name: str, share: float, asked: bool) -> Figure:
    told = Spread((share,))
    percent = Spread((round(share * 100, 2),))
    return Figure(f"{name}: share of the bound", "%", percent, told, NEAR if asked else None)
