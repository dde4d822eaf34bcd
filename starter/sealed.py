"""Which keys the histories that are there were encrypted with, by a sample of every age."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from encryption.codec import MissingKey, sealed_with

AGES: Final = tuple(timedelta(days=days) for days in (0, 1, 7, 30, 90, 180, 365, 730))
EACH: Final = 3
"""How many workflows of each age are looked at."""
OURS: Final = "WorkflowType IN ('Opportunity', 'Account', 'CapacityPool')"


@dataclass
class Sample:
    """How many workflows were looked at, how many were started in clear, and by which keys the
    others; `missing` are keys that the client does not have."""

    count: int = 0
    plain: int = 0
    keys: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


async def sample(client: Client) -> Sample:
    """Look at what some workflows of every age were started with."""
    found, runs = Sample(), dict[str, str]()
    now = datetime.now(UTC)
    for age in AGES:
        query = f"{OURS} AND StartTime <= '{(now - age).isoformat()}'"
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, page_size=EACH, query=query
        )
        reply = await client.workflow_service.list_workflow_executions(request)
        runs |= {e.execution.run_id: e.execution.workflow_id for e in reply.executions}
    for run_id, workflow_id in runs.items():
        for payload in await _start_of(client, workflow_id, run_id):
            await _look(client, payload, found)
    return found


async def _look(client: Client, payload: Payload, found: Sample) -> None:
    found.count += 1
    key_id = sealed_with(payload)
    if key_id is None:
        found.plain += 1
        return
    found.keys.add(key_id)
    codec = client.data_converter.payload_codec
    assert codec
    try:
        await codec.decode([payload])
    except MissingKey:
        found.missing.add(key_id)


async def _start_of(client: Client, workflow_id: str, run_id: str) -> list[Payload]:
    """The first payload that the run was started with, if it is still there."""
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    try:
        async for event in handle.fetch_history_events(page_size=1):
            return list(event.workflow_execution_started_event_attributes.input.payloads[:1])
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    return []
