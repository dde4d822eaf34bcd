"""Journals for the ledger's tests, told message by message through the real rules."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ledger.batch import Batch
from sales.decide import decide, tick
from sales.evolve import evolve
from sales.facts import Fact
from sales.messages import KINDS
from sales.opening import OpenOpportunity, Start, begin
from sales.process import Process
from sales.reading import read

NOW: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)


def process(version: int = 1, **changes: Any) -> Process:
    """A small process with every clock and two stages."""
    definition = {
        "name": "plain",
        "version": version,
        "title": "Plain",
        "stages": [
            {"name": "talk", "title": "Talk", "probability": 0.1, "category": "pipeline"},
            {"name": "offer", "title": "Offer", "probability": 0.35, "category": "best_case"},
        ],
        "clocks": {
            "end_by": {"limit": "200d"},
            "close_date": {"grace": "7d", "warn": ["3d"]},
            "stage_limit": {"limit": "60d"},
            "buyer_silence": {"limit": "30d", "grace": "2d", "warn": ["7d"]},
            "action_window": {"limit": "14d"},
        },
        "reasons": {"won": ["value"], "lost": ["price"], "withdrawn": ["no_capacity"]},
    }
    return Process.model_validate(definition | changes)


class Story:
    """One opportunity; what is said to it makes facts, and time passes only when it is told to."""

    def __init__(self, id: str = "o-1", account_id: str = "a-1", **said: Any) -> None:
        self.id, self.now = id, NOW
        opening = {"opportunity_id": id, "process": "plain", "name": "Lifts", **said}
        self.start = Start(
            account_id=account_id,
            opening=OpenOpportunity.model_validate(opening),
            process=process(),
        )
        self.state, first = begin(self.start, self.now)
        self.facts = [first]

    def say(self, kind: str, /, later: float = 1, **body: Any) -> tuple[Fact, ...]:
        """A message, `later` by some hours, and the facts it made."""
        self.now += timedelta(hours=later)
        message = read(kind, body, KINDS)
        target = process(body["process_version"]) if kind == "migrate" else None
        return self._take(decide(self.state, message, self.now, process=target))

    def wait(self, days: float) -> tuple[Fact, ...]:
        """Time passes, and the clocks are looked at."""
        self.now += timedelta(days=days)
        return self._take(tick(self.state, self.now))

    def lose(self, **said: Any) -> tuple[Fact, ...]:
        """The buyer says no."""
        return self.say("record_decision", decision="no", reasons=["price"], **said)

    def fork(self, sequence: int) -> "Story":
        """The same opportunity up to that fact, free to go another way."""
        other = Story(self.id, self.start.account_id)
        other.start, other.now, other.facts = self.start, self.now, self.facts[:sequence]
        other.state, _ = begin(self.start, NOW)
        for fact in other.facts[1:]:
            target = process(fact.data["process"]["version"]) if fact.kind == "migrated" else None
            other.state = evolve(other.state, fact, target)
        return other

    def batch(self, first: int = 1, last: int | None = None, run_id: str = "run-1") -> Batch:
        """The facts from `first` to `last` as one batch."""
        facts = tuple(self.facts[first - 1 : last])
        refers = next((f for f in facts if f.kind in ("opened", "migrated")), None)
        definition = process(refers.data["process"]["version"]) if refers else None
        return Batch("opportunity", self.id, run_id, facts, definition)

    def _take(self, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        for fact in facts:
            target = process(fact.data["process"]["version"]) if fact.kind == "migrated" else None
            self.state = evolve(self.state, fact, target)
        self.facts += facts
        return facts
