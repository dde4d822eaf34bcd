"""Sending: a message that keeps its id and its time however often it is sent, and counts once."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from sales.reading import fault
from sales.values import Id
from starter.program import BLOB_BYTES

R = TypeVar("R")

PASSING: Final = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.ABORTED,
        RPCStatusCode.FAILED_PRECONDITION,  # a task that the server threw away held the update
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)
"""What may have worked or may work next time: sent again, with the same id."""
TRIES: Final = 6
LARGEST: Final = BLOB_BYTES - 12_000
"""The largest message in bytes; the rest of the server's limit is for what travels with it."""
_ID: Final = TypeAdapter[str](Id)


class Refused(ValueError):
    """The message cannot be taken, over the size limit for one; nothing was changed."""


def checked(field: str, id: str) -> str:
    """The id, or Refused at once: a workflow of a bad id could only fail, and be started again."""
    try:
        return _ID.validate_python(id)
    except ValidationError as error:
        _, rule, detail = fault(error)
        raise Refused(f"{field}: {rule} ({detail})") from error


def stamped(fields: dict[str, Any]) -> dict[str, Any]:
    """The message with the id and the time of sending that it keeps however often it is sent.

    Refused where it is too large: the server refuses such a signal, but hands such an update on,
    and then every task of the workflow fails for as long as the sender asks.
    """
    now = datetime.now(UTC).isoformat()
    told = {name: value for name, value in fields.items() if value is not None}
    message = {"event_id": str(uuid.uuid4()), "sent_at": now, **told}
    if (size := len(json.dumps(message, default=str))) > LARGEST:
        raise Refused(f"body: too_large ({size} bytes, at most {LARGEST} are taken)")
    return message


async def resent(send: Callable[[], Awaitable[R]], handle: WorkflowHandle[Any, Any]) -> R:
    """Send, and again with the same id where the answer was lost on the way."""
    for attempt in range(TRIES):
        try:
            return await send()
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            if isinstance(error.__cause__, asyncio.CancelledError):
                raise error.__cause__ from None  # the caller gave up; no answer was lost
            if attempt == TRIES - 1:
                raise
        except WorkflowUpdateFailedError as error:
            aborted = isinstance(error.cause, ApplicationError) and (
                error.cause.type == "AcceptedUpdateCompletedWorkflow"
            )
            if not aborted or attempt == TRIES - 1:
                raise
        except RPCError as error:
            if error.status == RPCStatusCode.INVALID_ARGUMENT:
                raise Refused(f"body: {error.message}") from error
            if attempt == TRIES - 1 or not await passes(error, handle):
                raise
        await asyncio.sleep(0.05 * 2**attempt)
    raise AssertionError("the last try returns or raises")


async def passes(error: RPCError, handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether sending again may help; a run that is gone may have continued as another."""
    if error.status != RPCStatusCode.NOT_FOUND:
        return error.status in PASSING
    try:
        return (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    except RPCError:
        return False
