"""Hearing whatever was said, so that no message of any shape can stall a workflow or vanish.

The SDK alone would drop a signal that does not decode, forget unknown names at continue-as-new,
and fail the task for ever on a wrong number of arguments. So handlers take one raw payload that
may be missing, decode it here, and the guard catches what even that lets through.
"""

from collections.abc import Mapping
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.worker import (
    HandleSignalInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from sales.messages import Malformed, Message
from sales.reading import read

NOTHING: Final = RawValue(Payload())
"""Stands where no argument was sent, as the UI does when its box is left empty."""


def body_of(raw: RawValue) -> Any:
    """What the payload holds as plain JSON. Raises on what cannot be decoded."""
    if not raw.payload.metadata:
        return None
    return workflow.payload_converter().from_payload(raw.payload)


def read_raw(kind: str | None, raw: RawValue, kinds: Mapping[str, type[Message]]) -> Message:
    """The message, whatever came; without a `kind` of its own the body has to name it."""
    try:
        body = body_of(raw)
    except Exception as error:
        if kind and kind not in kinds:
            return read(kind, None, kinds)
        return unreadable(kind or "submit", "undecodable", str(error))
    if kind is None:
        if not isinstance(body, dict):
            return unreadable("submit", "one_json_object")
        kind = body.pop("kind", None)
    return read(kind, body, kinds)


def unreadable(kind: str, rule: str, detail: str = "", field: str = "body") -> Malformed:
    """The message that stands for one that could not be decoded at all."""
    return Malformed(said_kind=kind[:100], field=field, rule=rule, detail=detail[:300])


class Guard(Interceptor):
    """Turns any failure to hear a signal into a refusal."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """The part of the guard that sits inside each workflow."""
        return _GuardInbound


class _GuardInbound(WorkflowInboundInterceptor):
    async def handle_signal(self, input: HandleSignalInput) -> None:
        try:
            await super().handle_signal(input)
        except Exception as error:
            # Not BaseException: continue-as-new and eviction travel as that.
            refuse = getattr(workflow.instance(), "hear", None)
            if refuse is None:
                raise
            refuse(unreadable(input.signal, "wrong_arguments", str(error)), "signal")
