"""Which runs there are: all of every opportunity, account and pool, running and closed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from ledger.ledger import Ledger

QUERY: Final = "WorkflowType IN ('Opportunity', 'Account', 'CapacityPool')"
PAGE: Final = 1_000
MARGIN: Final = timedelta(hours=1)
"""How far the clocks of a worker and of the server may differ."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One run, as the server's list has it."""

    run_id: str
    started: datetime
    status: WorkflowExecutionStatus | None
    closed: datetime | None


def young(ledger: Ledger) -> datetime | None:
    """What had closed before it has written everything here, or handed it on."""
    last = ledger.last_written()
    return last and last - MARGIN


async def list_runs(client: Client, since: datetime | None = None) -> dict[str, list[Listed]]:
    """Every run that is left, by the id of its workflow, the oldest first; given a moment, only
    those that did not close before it."""
    query = QUERY
    if since:
        went_on = f"ExecutionStatus = 'Running' OR CloseTime >= '{since.isoformat()}'"
        query = f"{QUERY} AND ({went_on})"
    found: dict[str, dict[str, Listed]] = defaultdict(dict)
    async for run in client.list_workflows(query, page_size=PAGE):
        found[run.id][run.run_id] = _listed(run)
    return {id_: sorted(runs.values(), key=_started) for id_, runs in sorted(found.items())}


async def successor(client: Client, workflow_id: str, last: Listed) -> Listed | None:
    """The run that the lists, which lag behind, do not show yet where the last one goes on."""
    if last.status != WorkflowExecutionStatus.CONTINUED_AS_NEW:
        return None
    try:
        found = _listed(await client.get_workflow_handle(workflow_id).describe())
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None
    return found if found.started > last.started else None


def _listed(run: WorkflowExecution) -> Listed:
    return Listed(run.run_id, run.start_time, run.status, run.close_time)


def _started(run: Listed) -> datetime:
    return run.started
