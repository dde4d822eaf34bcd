"""What the forecast says, kept on a schedule: one snapshot, named by the time it is of."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from activities.snapshot import SnapshotActivities
    from ledger.snapshots import Taken, name_of

SCHEDULED: Final = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""Set by the server on what a schedule starts: the time it was meant for, be it started later."""


@workflow.defn(name="ForecastSnapshot")
class ForecastSnapshot:
    """One snapshot of all forecasts."""

    @workflow.run
    async def run(self) -> Taken:
        """What was kept. Started again for the same time, it finds the snapshot that is there."""
        info = workflow.info()
        as_of = info.typed_search_attributes.get(SCHEDULED) or info.start_time
        return await workflow.execute_activity_method(
            SnapshotActivities.take,
            name_of(as_of),
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(minutes=1),
            retry_policy=RetryPolicy(maximum_attempts=10, maximum_interval=timedelta(minutes=10)),
        )
