"""Leave to roll over: a try that failed is not repeated at once.

A run that closes while a message arrives is told by the server to do its task again, and is out of
the cache by then. Its whole history is replayed, and meanwhile the next message arrives: tried
again at once, a run that is spoken to often enough would never close. So after a try that failed
it goes on for a moment as if nothing were, and is back in the cache for the next try. A history
does not tell of a try that failed, but the worker remembers; a local activity puts what it
remembers into the history.
"""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.rolling import may_roll_over

AT_ONCE: Final = timedelta(seconds=2)
ONCE: Final = RetryPolicy(maximum_attempts=1)


async def granted() -> bool:
    """Ask this worker."""
    try:
        return await workflow.execute_local_activity(
            may_roll_over, start_to_close_timeout=AT_ONCE, retry_policy=ONCE
        )
    except FailureError:
        return False
