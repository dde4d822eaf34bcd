"""What a simulated market takes in time and memory, with no server and no ledger."""

import resource
import sys
import time

from bench.figures import Figure, Spread
from simulation.play import simulate

SEED = 7


def measure(opportunities: int) -> list[Figure]:
    """All of them are lived through one after the other, in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    tally = simulate(opportunities, SEED)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert sum(tally.outcomes.values()) == opportunities, "one of them has not ended"
    what = f"{opportunities:,} simulated opportunities, {tally.facts:,} facts"
    return [
        Figure(f"{what}: time", "s", Spread((wall,))),
        Figure(f"{what}: CPU", "s", Spread((cpu,))),
        Figure(f"{what}: peak memory of the process", "MB", Spread((_peak() / 1e6,))),
    ]


def _peak() -> float:
    """In bytes; Linux counts in KiB, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024.0
