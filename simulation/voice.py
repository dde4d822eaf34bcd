"""A voice: where one pursuit stands, how its time passes, and what has been said so far.

It lives by the rules as it goes, so that those who speak through it react to what happens.
"""

from datetime import timedelta
from random import Random
from typing import Any, Final

from sales.clocks import next_deadline
from sales.opportunity import Opportunity
from sales.process import Process
from simulation.homework import beat
from simulation.life import Life
from simulation.people import Buyer, Seller
from simulation.script import Said
from simulation.slips import slip

TWICE: Final = 0.02
"""The share of messages that are sent a second time."""


class Voice:
    """Whoever speaks in one pursuit; `said` is the script that comes of it."""

    def __init__(
        self, rng: Random, life: Life, buyer: Buyer, seller: Seller, refusals: float
    ) -> None:
        """`refusals` is the share of all messages that break a rule."""
        self.rng, self.life, self.buyer, self.seller = rng, life, buyer, seller
        self.said: list[Said] = []
        self.at = life.state.landed_at
        self.beat = beat(life.state.process)
        self._refusals, self._refused, self._heard = refusals, 0, 0

    @property
    def state(self) -> Opportunity:
        """Where it stands."""
        return self.life.state

    @property
    def process(self) -> Process:
        """The process it lives by now."""
        return self.life.state.process

    @property
    def open(self) -> bool:
        """Whether it has not ended yet."""
        return self.life.state.outcome is None

    def wait(self, beats: float | None = None) -> bool:
        """Time passes, and the clock may end it: whether it is still open."""
        gap = self.beat * (beats or min(self.rng.lognormvariate(-0.2, 0.6), 4))
        if self.buyer.way == "dithers":
            gap = self._just_in_time(gap)
        self.at += timedelta(seconds=round(gap.total_seconds(), 3))
        self.life.wait(self.at)
        return self.open

    def _just_in_time(self, gap: timedelta) -> timedelta:
        """Who wants no end answers shortly before it."""
        deadline, look = next_deadline(self.state), self.process.last_look
        if not deadline or deadline.clock == "end_by" or not look:
            return gap
        return max(min(gap, deadline.at - self.at - look / 10), look / 10)

    def say(self, kind: str, **body: Any) -> bool:
        """A message, and before it as many mistakes as this market makes: whether it is still
        open afterwards."""
        while self._refused < self._refusals * (self._heard + 1) - self.rng.random():
            if not self._tell(*slip(self.rng, self.state, self.at)):
                return False
        still_open = self._tell(kind, body)
        if still_open and self.rng.random() < TWICE:
            again = self.said[-1]._replace(at=self.at)
            self.said.append(again)
            self.life.hear(again)
        return still_open

    def _tell(self, kind: str, body: dict[str, Any]) -> bool:
        stamps = {"event_id": f"e-{len(self.said) + 1}", "sent_at": self.at.isoformat()}
        told = Said(self.at, {"kind": kind, **stamps, **body})
        facts = self.life.hear(told)
        self.said.append(told)
        self._heard += 1
        self._refused += any(fact.kind == "refused" for fact in facts)
        return self.wait(0.02)
