"""What went wrong, in which words it is told, and which exit code stands for it."""

from typing import Final

from sqlalchemy.exc import ArgumentError
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from encryption.codec import MissingKey
from encryption.ring import BadRing
from ledger.errors import LedgerDown
from ledger.roles import BadRole
from notices.routes import BadNotices
from processes import BadProcess
from settings import BadSettings, Unreachable
from starter.client import UnknownOpportunity
from starter.commands.failing import REFUSED, UNREACHABLE, USAGE, Refusal
from starter.embedded import AlreadyRuns, EmbeddedError
from starter.ports import PortTaken
from starter.program import NoProgram
from starter.sending import Refused
from telemetry import NoMetrics

BROKEN: Final = (
    *(Refusal, Refused, UnknownOpportunity),
    *(BadNotices, BadProcess, BadRing, BadRole),
    *(AlreadyRuns, NoMetrics, PortTaken),
)
"""A rule was broken, or a place is taken."""
AWAY: Final = (Unreachable, LedgerDown, EmbeddedError, NoProgram, TimeoutError)


def verdict(error: Exception) -> tuple[int, str] | None:
    """The exit code and the words; nothing where it is none of what can go wrong."""
    match error:
        case _ if isinstance(error, BROKEN):
            return REFUSED, f"refused: {error}"
        case WorkflowUpdateFailedError(cause=ApplicationError() as cause):
            return REFUSED, f"refused: {cause.message}"
        case WorkflowUpdateFailedError(cause=cause):
            return REFUSED, f"refused: {cause}"
        case BadSettings() | MissingKey():
            return USAGE, f"settings: {error}"
        case ArgumentError() | ImportError():  # no URL at all, or no driver for it
            return USAGE, f"settings: the ledger's URL: {error}"
        case _ if isinstance(error, AWAY):
            return UNREACHABLE, f"unreachable: {error}"
        case RPCTimeoutOrCancelledError():
            return UNREACHABLE, "unreachable: the server did not answer in time"
        case RPCError(status=RPCStatusCode.INVALID_ARGUMENT):
            return REFUSED, f"refused: body: {error.message}"
        case RPCError():
            return UNREACHABLE, f"unreachable: {error.message}"
    return None
