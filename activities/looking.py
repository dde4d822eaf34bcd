"""Looking at what runs: all of a type, how one stands, and something done for many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import activity
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from ledger.ledger import Ledger

AT_ONCE: Final = 20
PATIENCE: Final = timedelta(seconds=10)

UNANSWERED: Final = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
    }
)
"""How a query fails that no worker can answer."""


async def all_running(client: Client, workflow: str, prefix: str) -> dict[str, datetime]:
    """The ids of all running workflows of a type, with the start of their run."""
    query = f"WorkflowType = '{workflow}' AND ExecutionStatus = 'Running'"
    found = {}
    async for run in client.list_workflows(query, page_size=1_000):
        if run.id.startswith(prefix):
            found[run.id.removeprefix(prefix)] = run.start_time
    return found


async def asked(client: Client, workflow_id: str) -> dict[str, Any] | None:
    """The state that a workflow tells; nothing where no worker can answer for it."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        state: dict[str, Any] = await handle.query("state", rpc_timeout=PATIENCE)
    except (RPCError, WorkflowQueryFailedError) as error:
        if isinstance(error, RPCError) and error.status not in UNANSWERED:
            raise
        return None
    return state


def end_known(ledger: Ledger, opportunity_id: str) -> dict[str, Any] | None:
    """How it ended, be it that the end was taken back with all the rest of it."""
    return ledger.end_of(opportunity_id) or ledger.record_taken_back(opportunity_id)


async def each(keys: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Do it for each, some at once, and show that we live."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(key: str) -> None:
        async with gate:
            await work(key)
            activity.heartbeat()

    await asyncio.gather(*(one(key) for key in keys))
