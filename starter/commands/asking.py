"""Asking a running workflow how it stands."""

from datetime import timedelta
from typing import Any, Final

from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

PATIENCE: Final = timedelta(seconds=5)
NO_WORKER: Final = frozenset(
    {
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
    }
)
"""The run is gone, nobody polls, or nobody answers."""


async def query(handle: WorkflowHandle[Any, Any]) -> dict[str, Any] | None:
    """The workflow's state, or nothing where it has ended or no worker answers."""
    try:
        told: dict[str, Any] = await handle.query(
            "state", reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=PATIENCE
        )
    except (WorkflowQueryRejectedError, WorkflowQueryFailedError, RPCTimeoutOrCancelledError):
        return None
    except RPCError as error:
        if error.status not in NO_WORKER:
            raise
        return None
    return told
