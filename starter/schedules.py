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
from temporalio.service import RPCError, RPCStatusCode

from activities.reconciled import Reconciled
from settings import DAILY, TASK_QUEUE

RECONCILE: Final = "closeline-reconcile"
SNAPSHOT: Final = "closeline-snapshot"
EVERY: Final = timedelta(hours=1)
MISSED: Final = timedelta(days=30)
"""Snapshots that an outage has kept from being taken in this time are taken behind it."""
OFF: Final = "off"
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


async def ensure_schedules(
    client: Client, task_queue: str = TASK_QUEUE, snapshots: str = DAILY
) -> None:
    """Reconciliation once an hour, never two at once, and snapshots in the rhythm that the settings
    know; a schedule from before is brought to this, and stays paused if it is."""
    await _ensure(client, RECONCILE, _reconciling(task_queue))
    if snapshots == OFF:
        await _without(client, SNAPSHOT)
    else:
        await _ensure(client, SNAPSHOT, _taking(task_queue, snapshots))


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


def _reconciling(task_queue: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            "Reconcile", False, id="reconcile", task_queue=task_queue
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )


def _taking(task_queue: str, rhythm: str) -> Schedule:
    """One after the other, none left out: each is of its own time, be it late."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            "ForecastSnapshot", id="forecast-snapshot", task_queue=task_queue
        ),
        spec=_spec(rhythm),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=MISSED),
    )


def _spec(rhythm: str) -> ScheduleSpec:
    """An interval such as 6h, or else what cron understands."""
    count, unit = rhythm[:-1], UNITS.get(rhythm[-1])
    if count.isdecimal() and unit:
        every = timedelta(**{unit: int(count)})
        return ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])
    return ScheduleSpec(cron_expressions=[rhythm])


async def _ensure(client: Client, id: str, schedule: Schedule) -> None:
    try:
        await client.create_schedule(id, schedule)
    except ScheduleAlreadyRunningError:

        async def same(before: ScheduleUpdateInput) -> ScheduleUpdate:
            schedule.state = before.description.schedule.state
            return ScheduleUpdate(schedule)

        await client.get_schedule_handle(id).update(same)


async def _without(client: Client, id: str) -> None:
    try:
        await client.get_schedule_handle(id).delete()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
