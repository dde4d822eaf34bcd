"""The one timer of an opportunity: never later than the next look, moved only to be earlier."""

import asyncio
from datetime import datetime

from temporalio import workflow

from sales.clocks import next_deadline, next_look
from sales.opportunity import Opportunity


class Alarm:
    """Rings when time has something to do, and holds a clock back that an outage made late."""

    def __init__(self, held_until: datetime | None = None) -> None:
        """`held_until` comes from the run before this one."""
        self.held_until = held_until
        self._timer: asyncio.Task[None] | None = None
        self._armed: datetime | None = None

    def rang(self) -> bool:
        """Whether the timer has fired since it was last set."""
        return self._timer is not None and self._timer.done()

    def holds(self, state: Opportunity, now: datetime) -> bool:
        """Whether a late clock must still wait, for messages in time may be on their way."""
        due = next_deadline(state)
        if due is None or due.at > now:
            self.held_until = None
        elif self.held_until is None and now - due.at > state.process.outage.late:
            self.held_until = now + state.process.outage.settle
        return self.held_until is not None and now < self.held_until

    def set(self, state: Opportunity, now: datetime) -> None:
        """Look again when time next changes something, or when holding is over."""
        if self.rang():
            self._timer = self._armed = None
        look = next_look(state)
        if look is None:
            return
        if self.held_until:
            look = max(look, self.held_until)
        if self._armed and self._armed <= look:
            return
        if self._timer:
            self._timer.cancel()
        due = next_deadline(state)
        summary = f"{due.clock} ends it at {due.at:%Y-%m-%d %H:%M:%S} UTC" if due else None
        # A millisecond more: a timer that fires a hair early would find nothing to do.
        wait = max((look - now).total_seconds(), 0) + 0.001
        self._timer = asyncio.create_task(workflow.sleep(wait, summary=summary))
        self._armed = look
