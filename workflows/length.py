"""How long a run has grown, by a count of our own that a replay makes alike.

The server tells how long a history is, but not the same at each point of a replay: tasks in which
nothing happened but a wait for a local activity are merged there, and the whole length shows at
once. What depended on it was asked for in another order, and the run could not be replayed. So
every run counts what it hears and what it does.
"""

import asyncio
from typing import Any, Final

from sales.process import Limits

TASK: Final = 3
"""Scheduled, started and completed."""
MOST_BYTES: Final = 4_000_000
"""Where the server itself begins to advise another run."""


class Length:
    """The events of one run so far, and about how many bytes they have."""

    def __init__(self) -> None:
        """Begun, and in its first task."""
        self.events, self.bytes = 1 + TASK, 0
        self.signals = self.updates = 0
        self._called = False

    def signalled(self, size: int) -> None:
        """A signal of so many bytes came."""
        self.signals += 1
        self.came(1, size)

    def updated(self, size: int) -> None:
        """An update came, and is answered."""
        self.updates += 1
        self.came(2, 2 * size)

    def closed(self, child: "asyncio.Task[Any]") -> None:
        """A child's run closed: it has told its end by signal, and how its run closed is nothing to
        wake up for."""
        self.came(1)
        if not child.cancelled():
            child.exception()  # looked at, or it would be complained of

    def came(self, events: int, size: int = 0) -> None:
        """So many more, of something that has called for a task, or shares one with what else came
        for it: a task hears all of that before it goes on."""
        self.add(events, size)
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self.add(TASK)
        self._called = False

    def add(self, events: int, size: int = 0) -> None:
        """So many more, within a task."""
        self.events += events
        self.bytes += size

    def over(self, limits: Limits) -> bool:
        """Whether this run has grown as long as a run may."""
        return (
            self.events > limits.events
            or self.bytes > MOST_BYTES
            or self.updates >= limits.updates
            or self.signals >= limits.signals
        )
