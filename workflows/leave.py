"""Leave to roll over: a try that failed is not repeated at once.

A run that closes while a message arrives is told by the server to do its task again, and is out of
the cache by then. Its whole history is replayed, and meanwhile the next message arrives: tried
again at once, a run that is spoken to often enough would never close. So after a try that failed
it does one task as if nothing were, and is back in the cache for the next try. A history does not
tell of a try that failed, and the worker's memory does; what that says a local activity puts into
the history.
"""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.rolling import may_roll_over

AT_ONCE: Final = timedelta(seconds=2)
ONCE: Final = RetryPolicy(maximum_attempts=1)


class Leave:
    """Asked for once a task, as soon as the run is over."""

    def __init__(self) -> None:
        """Neither asked for nor granted."""
        self.asked = self.granted = False
        self._task = 0

    def look(self) -> None:
        """Another task begins when the history has grown; what was granted before has failed."""
        if (task := workflow.info().get_current_history_length()) != self._task:
            self.asked = self.granted = False
            self._task = task

    async def ask(self) -> None:
        """Ask this worker."""
        self.asked = True
        try:
            self.granted = await workflow.execute_local_activity(
                may_roll_over, start_to_close_timeout=AT_ONCE, retry_policy=ONCE
            )
        except FailureError:
            self.granted = False
