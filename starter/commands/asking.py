"""Asking a running workflow how it stands."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from temporalio.client import WorkflowHandle

PATIENCE: Final = timedelta(seconds=5)


async def query(handle: "WorkflowHandle[Any, Any]") -> dict[str, Any] | None:
    """The workflow's state, or nothing where it has ended or no worker answers."""
    from temporalio.client import (
        RPCTimeoutOrCancelledError,
        WorkflowQueryFailedError,
        WorkflowQueryRejectedError,
    )
    from temporalio.common import QueryRejectCondition
    from temporalio.service import RPCError, RPCStatusCode

    # The run is gone, nobody polls, or nobody answers.
    no_worker = {
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
    }
    try:
        told: dict[str, Any] = await handle.query(
            "state", reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=PATIENCE
        )
    except (WorkflowQueryRejectedError, WorkflowQueryFailedError, RPCTimeoutOrCancelledError):
        return None
    except RPCError as error:
        if error.status not in no_worker:
            raise
        return None
    return told
