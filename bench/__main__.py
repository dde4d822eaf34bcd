"""Measure, print a line for each figure, and exit 1 where one misses what is asked of it."""

import argparse
import asyncio
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bench import (
    allocation,
    children,
    events,
    insight,
    lives,
    market,
    queries,
    rules,
    traces,
    writing,
)
from bench.figures import Figure

LONG = {"queries", "traces", "insight"}
"""What is only measured when it is asked for: making a million opportunities takes its time."""
SIZES = [10_000, 100_000, 1_000_000]


def main() -> int:
    options = _options()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}")
    print("median (least to most), ratio to the bare one, and what is asked of the ratio\n")
    load = lives.Load(options.rounds, options.lives, options.at_once)
    parts: dict[str, Callable[[], list[Figure]]] = {
        "rules": lambda: rules.measure(options.rounds, repeats=500),
        "market": lambda: market.measure(options.market),
        "events": lambda: events.measure(options.rounds, options.events),
        "writing": lambda: writing.measure(options.written, options.rounds),
        "lives": lambda: asyncio.run(lives.measure(load)),
        "children": lambda: asyncio.run(children.measure(options.children, options.window)),
        "allocation": lambda: allocation.measure(options.rounds),
        "queries": lambda: queries.measure(options.sizes, options.rounds),
        "traces": lambda: traces.measure(options.traces, options.rounds),
        "insight": lambda: insight.measure(options.traces, options.rounds),
    }
    asked = options.parts or [part for part in parts if part not in LONG]
    missed = [each for part in asked for each in _told(parts[part]())]
    for figure in missed:
        print(f"MISSED  {figure}")
    return 1 if missed else 0


def _told(figures: Iterable[Figure]) -> list[Figure]:
    """Print them; those that miss."""
    found = list(figures)
    print(*found, sep="\n", end="\n\n", flush=True)
    return [figure for figure in found if figure.missed]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        help="rules, market, events, writing, lives, children, allocation, queries, traces,"
        " insight; all but the last three if none",
    )
    parser.add_argument("--rounds", type=int, default=7, help="interleaved goes of each kind")
    parser.add_argument("--lives", type=int, default=300, help="lives in one go")
    parser.add_argument("--at-once", type=int, default=20, help="lives lived at the same time")
    parser.add_argument("--children", type=int, default=2_000, help="children of one account")
    parser.add_argument("--window", type=int, default=100, help="children that are measured")
    parser.add_argument("--market", type=int, default=10_000, help="simulated opportunities")
    parser.add_argument("--events", type=int, default=3_000, help="cases of a log of events")
    parser.add_argument("--written", type=int, default=2_000, help="opportunities in one go")
    parser.add_argument("--traces", type=int, default=1_110_000, help="opportunities to be read")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="opportunities in each ledger"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
