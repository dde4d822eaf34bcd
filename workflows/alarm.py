"""The one timer of a workflow: never later than the next look, moved only to be earlier."""

import asyncio
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Rings when time has something to do."""

    def __init__(self) -> None:
        """Not set."""
        self._timer: asyncio.Task[None] | None = None
        self._armed: datetime | None = None

    def rang(self) -> bool:
        """Whether the timer has fired since it was last set."""
        return self._timer is not None and self._timer.done()

    def set(self, look: datetime | None, now: datetime, summary: str | None = None) -> None:
        """Ring at the next look, or before: a timer that is too early costs less than a new one."""
        if self.rang():
            self._timer = self._armed = None
        if look is None or (self._armed and self._armed <= look):
            return
        if self._timer:
            self._timer.cancel()
        # A millisecond more: a timer that fires a hair early would find nothing to do.
        wait = max((look - now).total_seconds(), 0) + 0.001
        self._timer = asyncio.create_task(workflow.sleep(wait, summary=summary))
        self._armed = look
