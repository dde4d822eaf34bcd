"""After an outage: a clock that is late waits, for messages in time may still be on their way."""

from datetime import datetime

from sales.clocks import next_deadline
from sales.opportunity import Opportunity


class Outage:
    """Holds the clock of an opportunity back that an outage made late."""

    def __init__(self, held_until: datetime | None = None) -> None:
        """`held_until` comes from the run before this one."""
        self.held_until = held_until

    def holds(self, state: Opportunity, now: datetime) -> bool:
        """Whether a late clock must still wait."""
        due = next_deadline(state)
        if due is None or due.at > now:
            self.held_until = None
        elif self.held_until is None and now - due.at > state.process.outage.late:
            self.held_until = now + state.process.outage.settle
        return self.held_until is not None and now < self.held_until
