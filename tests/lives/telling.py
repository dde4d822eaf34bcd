"""What the recorded lives say, and how they say it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.workflows.world import Handle, message, new_id

RECORDER: Final = "recorder"
A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
A_YES: Final[dict[str, Any]] = {"decision": "yes", "reasons": ["value"]}
A_NO: Final[dict[str, Any]] = {"decision": "no", "reasons": ["price"]}
AN_ORDER: Final[dict[str, Any]] = {"evidence": {"kind": "purchase_order", "reference": "PO-1"}}


def soon(seconds: float) -> str:
    """An instant a little later than now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def tell(handle: Handle, *told: tuple[str, dict[str, Any]], pause: float = 0.1) -> None:
    """These signals, one after the other."""
    for kind, said in told:
        await handle.signal(kind, message(handle, new_id(kind), **said))
        await asyncio.sleep(pause)
