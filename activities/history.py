"""The facts that a workflow's history holds: what it handed to the ledger, arrived or not.

A normal write stands in the history with its input, a local one with its result, which is why
the ledger's answer repeats the batch.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.delivery import Delivery
from ledger.batch import Ack
from sales.facts import Fact
from sales.opening import Start
from sales.process import Process

LOCAL: Final = "core_local_activity"


class Told:
    """What one workflow's histories tell, all runs of its chain that are still there."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.facts: dict[int, Fact] = {}
        self.processes: dict[int, Process] = {}
        self.start: Start | None = None

    def ordered(self) -> list[Fact]:
        """The facts in order, each as it was told last."""
        return [self.facts[sequence] for sequence in sorted(self.facts)]


async def told_by_history(client: Client, workflow_id: str) -> Told:
    """Read the histories of the workflow, the oldest run first."""
    told = Told()
    for run_id in await _runs(client, workflow_id):
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        try:
            async for event in handle.fetch_history_events():
                await _hear(client, told, event)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
    return told


async def _runs(client: Client, workflow_id: str) -> list[str | None]:
    """The runs of the newest chain, oldest first, found by walking back from the newest."""
    runs: list[str | None] = []
    run_id: str | None = None
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        try:
            first = await anext(handle.fetch_history_events(page_size=1))
        except (RPCError, StopAsyncIteration):
            break
        runs.append(run_id)
        started = first.workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            break
    return runs[::-1]


async def _hear(client: Client, told: Told, event: HistoryEvent) -> None:
    if event.HasField("workflow_execution_started_event_attributes"):
        started = event.workflow_execution_started_event_attributes
        body = await _decoded(client, started.input, None)
        if isinstance(body, dict) and "opening" in body and "process" in body:
            told.start = Start.model_validate(body)
            if told.start.at is None:
                at = event.event_time.ToDatetime(UTC)
                told.start = told.start.model_copy(update={"at": at})
    elif event.HasField("activity_task_scheduled_event_attributes"):
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_type.name == "deliver":
            delivery = await _decoded(client, scheduled.input, Delivery)
            if not delivery.reset_refused:
                _note(told, delivery.facts, delivery.process)
    elif event.HasField("marker_recorded_event_attributes"):
        marker = event.marker_recorded_event_attributes
        wrote = marker.marker_name == LOCAL and _type_of(marker.details["data"]) == "deliver"
        if wrote and not marker.HasField("failure"):
            ack = await _decoded(client, marker.details["result"], Ack)
            _note(told, ack.facts, None)


def _note(told: Told, facts: tuple[Fact, ...], process: Process | None) -> None:
    for fact in facts:
        told.facts[fact.sequence] = fact
        if process and fact.kind in ("opened", "migrated"):
            told.processes[fact.sequence] = process
    # A history that was thrown back and went another way tells no longer what came after.
    if facts:
        for later in [s for s in told.facts if s > facts[-1].sequence]:
            del told.facts[later]


def _type_of(data: Payloads) -> str | None:
    for payload in data.payloads:
        try:
            return str(json.loads(payload.data)["activity_type"])
        except (ValueError, KeyError, TypeError):
            continue
    return None


async def _decoded(client: Client, payloads: Payloads, form: Any) -> Any:
    found: list[Payload] = list(payloads.payloads)[:1]
    if not found:
        return None
    (value,) = await client.data_converter.decode(found, [form] if form else None)
    return value


def closed_at(close_time: datetime | None) -> datetime:
    """When a run closed; now, where the server does not say."""
    return close_time.astimezone(UTC) if close_time else datetime.now(UTC)
