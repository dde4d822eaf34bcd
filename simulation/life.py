"""One opportunity under a simulated clock, driven by the rules exactly as its workflow drives it:
a message is decided when it comes, and time is looked at after it and whenever it is due."""

from collections.abc import Callable
from datetime import datetime

from sales.clocks import next_look
from sales.decide import decide, tick
from sales.evolve import evolve
from sales.facts import Fact
from sales.messages import KINDS, Migrate
from sales.opening import Start, begin
from sales.process import Process
from sales.reading import read
from simulation.script import Said

Find = Callable[[str, int | None], Process | None]
"""Finds a version of a process, or the latest; a library's `find` is one."""


class Life:
    """The journal of an opportunity as it is made, and the state it folds to."""

    def __init__(self, start: Start, at: datetime, find: Find) -> None:
        """Raises Broken where the opening gate is shut."""
        self.state, first = begin(start, at)
        self.facts, self.find = [first], find
        self._look = next_look(self.state)

    def wait(self, until: datetime | None = None) -> None:
        """Take every look that is due before `until`, or all there are until the end."""
        while self._look and (until is None or self._look < until):
            self._keep(tick(self.state, self._look))

    def hear(self, said: Said) -> tuple[Fact, ...]:
        """Take one message, before which its time has passed already; the facts it caused."""
        message = read(said.kind, said.words, KINDS)
        process = None
        if isinstance(message, Migrate):
            process = self.find(self.state.process.name, message.process_version)
        facts = decide(self.state, message, said.at, process=process)
        self._keep(facts, process)
        if self._look and self._look <= said.at:
            self._keep(tick(self.state, said.at))
        return facts

    def _keep(self, facts: tuple[Fact, ...], process: Process | None = None) -> None:
        for fact in facts:
            self.state = evolve(self.state, fact, process)
        self.facts += facts
        self._look = next_look(self.state)
