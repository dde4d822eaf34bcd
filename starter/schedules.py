"""What runs by the calendar, and how to run it now."""

from datetime import timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import WorkflowIDConflictPolicy

from activities.reconcile import Reconciled
from settings import TASK_QUEUE

RECONCILE: Final = "closeline-reconcile"
EVERY: Final = timedelta(hours=1)


async def ensure_schedules(client: Client, task_queue: str = TASK_QUEUE) -> None:
    """Reconciliation once an hour, never two at once; a schedule from before is brought to this."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            "Reconcile", False, id="reconcile", task_queue=task_queue
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(RECONCILE, schedule)
    except ScheduleAlreadyRunningError:

        async def same(before: ScheduleUpdateInput) -> ScheduleUpdate:
            schedule.state = before.description.schedule.state
            return ScheduleUpdate(schedule)

        await client.get_schedule_handle(RECONCILE).update(same)


async def reconcile_now(client: Client, task_queue: str = TASK_QUEUE) -> Reconciled:
    """One deep round, now; joins one that runs already."""
    handle = await client.start_workflow(
        "Reconcile",
        True,
        id="reconcile:now",
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=Reconciled,
    )
    found: Reconciled = await handle.result()
    return found
