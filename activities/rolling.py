"""Whether a run may try to roll over, by what this worker remembers of its last try."""

from typing import Final

from temporalio import activity

REMEMBERED: Final = 10_000
"""How many runs that have tried."""

_tried: Final[dict[str, None]] = {}


@activity.defn(name="may_roll_over")
async def may_roll_over() -> bool:
    """Yes, and every other time no: who asks again has tried in vain."""
    run = activity.info().workflow_run_id or ""
    if run in _tried:
        del _tried[run]
        return False
    _tried[run] = None
    if len(_tried) > REMEMBERED:
        del _tried[next(iter(_tried))]
    return True
