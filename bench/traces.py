"""What it takes to read all opportunities at once: every trace of a ledger, as columns.

Each reading has a process of its own, so that its memory is its own, too.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, ParamSpec, TypeVar

from bench.crowd import make_crowd
from bench.figures import Figure, Spread
from insight.reading import past_of
from ledger.ledger import Ledger
from tests.postgres import Postgres

P = ParamSpec("P")
R = TypeVar("R")


class Read(NamedTuple):
    """How many opportunities and steps, in how many seconds, and the MB that the process had."""

    opportunities: int
    steps: int
    seconds: float
    cpu: float
    memory: float


def measure(opportunities: int, rounds: int) -> list[Figure]:
    """Both databases: the open ones, and all."""
    found: list[Figure] = []
    for name, database in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        with database(opportunities) as url:
            for only_open in (True, False):
                which = f"{name}, {'those open' if only_open else 'all'}"
                found += _figures(which, [alone(_read, url, only_open) for _ in range(rounds)])
    return found


def _figures(which: str, read: list[Read]) -> Iterator[Figure]:
    what = f"{which}, {read[0].opportunities:,} opportunities, {read[0].steps:,} steps"
    yield Figure(f"{what}: reading", "s", Spread(tuple(each.seconds for each in read)))
    yield Figure(f"{what}: CPU, our process", "s", Spread(tuple(each.cpu for each in read)))
    yield Figure(f"{what}: memory", "MB", Spread(tuple(each.memory for each in read)))


def alone(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the work gives in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, *args, **kwargs).result()


def _read(url: str, only_open: bool) -> Read:
    with closing(Ledger(url)) as ledger:
        ledger.check()  # connects
        wall, cpu = time.perf_counter(), time.process_time()
        past = past_of(ledger, only_open=only_open)
        spent, own = time.perf_counter() - wall, time.process_time() - cpu
    steps = sum(len(each.who) for each in past.steps.values())
    return Read(len(past), steps, spent, own, most_memory())


def most_memory() -> float:
    """The most this process had. What the system counts for its resources begins with what the one
    had that began it."""
    status = Path("/proc/self/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM"))
    return float(line.split()[1]) / 1e3


@contextmanager
def sqlite(opportunities: int) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        with closing(Ledger(url)) as ledger:
            ledger.migrate()
        make_crowd(url, opportunities, journals=False)
        yield url


@contextmanager
def postgresql(opportunities: int) -> Iterator[str]:
    with Postgres(durable=True) as server:
        url = server.url(server.create())
        make_crowd(url, opportunities, journals=False)
        yield url
