"""Playing one script, or a whole market, into a ledger or none; memory stays flat."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from ledger.batch import Batch
from ledger.ledger import Ledger
from processes import library
from sales.facts import Fact
from simulation.life import Find, Life
from simulation.market import Market
from simulation.script import Script

RUN: Final = "simulation"
"""Stands in the ledger where the id of a Temporal run would."""
TOGETHER: Final = 200
"""How many opportunities are written in one transaction."""


@dataclass(slots=True)
class Tally:
    """What came of a market: `messages` were heard by an open opportunity, `outcomes` are counted
    by outcome and primary reason."""

    opportunities: int = 0
    messages: int = 0
    refusals: int = 0
    facts: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, facts: Sequence[Fact]) -> None:
        """One more opportunity."""
        self.opportunities += 1
        self.messages += len({fact.event_id for fact in facts[1:] if fact.event_id})
        self.refusals += sum(fact.kind == "refused" for fact in facts)
        self.facts += len(facts)
        ends = (fact.data for fact in facts if fact.kind == "ended")
        self.outcomes.update((end["outcome"], end["reasons"][0]) for end in ends)


def play(script: Script, find: Find) -> list[Fact]:
    """The journal of one opportunity, to its end. What is said after the end is its account's to
    keep and no fact of this one."""
    life = Life(script.start, script.at, find)
    for said in script.said:
        life.wait(said.at)
        if life.state.outcome:
            break
        life.hear(said)
    life.wait()
    return life.facts


def simulate(
    count: int, seed: int, ledger: Ledger | None = None, until: datetime | None = None
) -> Tally:
    """`run` for the market that has this seed and the built-in processes."""
    return run(Market(seed, library()), count, ledger, until)


def run(
    market: Market, count: int, ledger: Ledger | None = None, until: datetime | None = None
) -> Tally:
    """The first `count` opportunities of a market, as they stand at `until` or else in the end."""
    lives, tally = market.lives(count), Tally()
    while some := list(islice(lives, TOGETHER)):
        written: list[Batch] = []
        for script, journal in some:
            if facts := [fact for fact in journal if until is None or fact.recorded_at <= until]:
                tally.add(facts)
                written += batches(script, facts, market.find)
        if ledger and written:
            ledger.record_many(written)
    return tally


def batches(script: Script, facts: Sequence[Fact], find: Find) -> Iterator[Batch]:
    """The facts as a ledger takes them: one that refers to a process begins a batch with it."""
    refers = [i for i, fact in enumerate(facts) if fact.kind in ("opened", "migrated")]
    for start, end in zip(refers, [*refers[1:], len(facts)], strict=True):
        ref = facts[start].data["process"]
        process = find(ref["name"], ref["version"])
        yield Batch("opportunity", script.id, RUN, tuple(facts[start:end]), process)
