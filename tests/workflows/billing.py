"""Which events of a history are actions, by the rules that Temporal counts and bills with."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.workflows.world import Handle, events

EACH: Final = {
    "workflow_execution_started",
    "workflow_execution_signaled",
    "workflow_execution_update_accepted",
    "timer_started",
    "activity_task_scheduled",
    "upsert_workflow_search_attributes",
    "start_child_workflow_execution_initiated",  # the child's own start is a second one
}
"""One action each."""
MARKED: Final = "tasks with markers"
"""All local activities of one task are one action together."""


@dataclass(frozen=True)
class Size:
    """Actions by kind, and the length of the history."""

    actions: Counter[str]
    events: int

    def since(self, earlier: "Size") -> "Size":
        """What has come since."""
        return Size(self.actions - earlier.actions, self.events - earlier.events)


async def size(handle: Handle) -> Size:
    """How much of a history there is by now."""
    found: Counter[str] = Counter()
    tasks = set()
    history = await events(handle)
    for event in history:
        kind = (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")
        if kind in EACH:
            found[kind] += 1
        elif kind == "marker_recorded":
            tasks.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    found[MARKED] = len(tasks)
    return Size(found, len(history))
