"""How long a run has grown, by a count of our own that a replay makes alike.

The server tells how long a history is, but not the same at each point of a replay: tasks in which
nothing happened but a wait for a local activity are merged there, and the whole length shows at
once. What depended on it was asked for in another order, and the run could not be replayed. So
every run counts what it hears and what it does; where several things share a task, it counts a
few events too many, and rolls over a little early.
"""

from typing import Final

from sales.process import Limits

TASK: Final = 3
"""Scheduled, started and completed."""
ACTIVITY: Final = 3 + TASK
CHILD: Final = 2 + TASK
TIMER: Final = 2 + TASK
MOST_BYTES: Final = 4_000_000
"""Where the server itself begins to advise another run."""


class Length:
    """The events of one run so far, and about how many bytes they have."""

    def __init__(self) -> None:
        """Begun, and called for its first task."""
        self.events, self.bytes = 1, 0
        self.signals = self.updates = 0
        self._called = True

    def signalled(self, size: int) -> None:
        """A signal of so many bytes came."""
        self.signals += 1
        self.add(1, size)
        self._called = True

    def updated(self, size: int) -> None:
        """An update came, and is answered."""
        self.updates += 1
        self.add(2, 2 * size)
        self._called = True

    def awoken(self) -> None:
        """What came has called for a task; what came together shares one."""
        if self._called:
            self.add(TASK)
        self._called = False

    def add(self, events: int, size: int = 0) -> None:
        """So many more."""
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
