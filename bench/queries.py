"""What a question costs at ten thousand opportunities, and at ten and a hundred times as many.

Each is asked of all sizes in turn, about other opportunities every time. An answer of the same
length must not cost more than twice as much where there is a hundred times more to look through.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import make_url

from bench.crowd import WRITTEN, copy_of, make_crowd
from bench.figures import Figure, Limit, Spread, compared
from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from tests.postgres import Postgres

LIMIT: Final = Limit(most=2)
ASKED: Final = 20
"""How often a question is asked in one go; its median counts."""
LATER: Final = datetime(2100, 1, 1, tzinfo=UTC)

Ask = Callable[[Ledger, OpportunityRow], object]
QUESTIONS: Final[dict[str, Ask]] = {
    "one opportunity": lambda ledger, row: ledger.opportunity(row.id),
    "its state": lambda ledger, row: ledger.state(row.id),
    "its journal": lambda ledger, row: ledger.journal("opportunity", row.id),
    "100 journals": lambda ledger, row: ledger.journals("opportunity", _around(row.id)),
    "a page of all": lambda ledger, row: ledger.opportunities(after=row.id, limit=100),
    "a page of the open": lambda ledger, row: ledger.opportunities(
        outcome="open", after=row.id, limit=100
    ),
    "a page of the lost": lambda ledger, row: ledger.opportunities(
        outcome="lost", after=row.id, limit=100
    ),
    "a page of a process": lambda ledger, row: ledger.opportunities(
        process=row.process, after=row.id, limit=100
    ),
    "a page of the open in a stage": lambda ledger, row: ledger.opportunities(
        outcome="open", stage="qualification", after=row.id, limit=100
    ),
    "an account's": lambda ledger, row: ledger.opportunities(account_id=row.account_id),
    "an account's open ones": lambda ledger, row: ledger.opportunities(
        account_id=row.account_id, outcome="open"
    ),
    "an owner's": lambda ledger, row: ledger.opportunities(owner=row.owner, limit=100),
    "an owner's open ones": lambda ledger, row: ledger.opportunities(
        owner=row.owner, outcome="open", limit=100
    ),
    "what is due first": lambda ledger, row: ledger.due(LATER, limit=100),
    "what is due first of an owner": lambda ledger, row: ledger.due(
        LATER, owner=row.owner, limit=100
    ),
    "an account": lambda ledger, row: ledger.account_state(row.account_id),
    "all outcomes": lambda ledger, row: ledger.outcomes(),
    "all that is open, weighted": lambda ledger, row: ledger.weighted(),
    "whether an id is free": lambda ledger, row: ledger.reserve(row.id, row.account_id, LATER),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """One ledger of one size."""

    ledger: Ledger
    opportunities: int
    ids: Sequence[str]
    bytes: int

    def anybody(self, rng: Random) -> OpportunityRow:
        """One of them."""
        number = rng.randrange(self.opportunities // WRITTEN)
        row = self.ledger.opportunity(copy_of(rng.choice(self.ids), number))
        assert row
        return row


def measure(sizes: Sequence[int], rounds: int) -> list[Figure]:
    """Both databases."""
    found: list[Figure] = []
    for name, databases in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with databases(sizes) as crowds:
            for crowd in crowds:
                what = f"{name}, {crowd.opportunities:,} opportunities"
                found.append(Figure(f"{what}: size", "MB", Spread((crowd.bytes / 1e6,))))
            found += _figures(name, crowds, rounds)
    return found


def _figures(name: str, crowds: Sequence[Crowd], rounds: int) -> Iterator[Figure]:
    rng = Random(7)
    for question, ask in QUESTIONS.items():
        spent: list[list[float]] = [[] for _ in crowds]
        for number in range(rounds + 1):
            for crowd, values in zip(crowds, spent, strict=True):
                value = _milliseconds(crowd, ask, rng)
                if number:  # the first go only warms up
                    values.append(value)
        for crowd, values in zip(crowds, spent, strict=True):
            what = f"{name}, {crowd.opportunities:,} opportunities: {question}"
            if crowd is crowds[-1]:
                yield compared(what, "ms", values, spent[0], LIMIT)
            else:
                yield compared(what, "ms", values)


def _milliseconds(crowd: Crowd, ask: Ask, rng: Random) -> float:
    about = [crowd.anybody(rng) for _ in range(ASKED)]
    spent = []
    for row in about:
        begun = time.perf_counter()
        ask(crowd.ledger, row)
        spent.append(time.perf_counter() - begun)
    return median(spent) * 1e3


def _around(id: str) -> list[str]:
    """A hundred that were written beside it and copied with it."""
    *before, number = id.split("-")
    first = int(number) // 100 * 100
    return ["-".join((*before, f"{n:07}")) for n in range(first, first + 100)]


@contextmanager
def _sqlite(sizes: Sequence[int]) -> Iterator[list[Crowd]]:
    with TemporaryDirectory() as folder:
        crowds = []
        for size in sizes:
            file = Path(folder) / f"{size}.db"
            ledger = Ledger(f"sqlite:///{file}")
            ledger.migrate()
            ids = make_crowd(f"sqlite:///{file}", size)
            crowds.append(Crowd(ledger, size, ids, file.stat().st_size))
        yield crowds
        for crowd in crowds:
            crowd.ledger.close()


@contextmanager
def _postgresql(sizes: Sequence[int]) -> Iterator[list[Crowd]]:
    with Postgres(durable=True) as server:
        crowds = []
        for size in sizes:
            url = server.url(server.create())
            ids = make_crowd(url, size)
            query = f"SELECT pg_database_size('{make_url(url).database}')"
            crowds.append(Crowd(Ledger(url), size, ids, int(server.do(query)[0][0])))
        yield crowds
        for crowd in crowds:
            crowd.ledger.close()
