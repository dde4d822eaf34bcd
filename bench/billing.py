"""What histories cost: which of their events are actions, by the rules that Temporal counts and
bills with, how long they are, and how many bytes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

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

Handle = WorkflowHandle[Any, Any]


@dataclass(frozen=True)
class Size:
    """Actions by kind, the length of histories and their bytes, without what one run hands to the
    next; of the runs looked at, the longest history, and the largest state that was handed on."""

    actions: Counter[str] = field(default_factory=Counter)
    events: int = 0
    bytes: int = 0
    runs: int = 0
    longest: int = 0
    largest: int = 0

    @property
    def count(self) -> int:
        """All actions."""
        return self.actions.total()

    def since(self, earlier: "Size") -> "Size":
        """What has come since."""
        actions = self.actions - earlier.actions
        return Size(actions, self.events - earlier.events, self.bytes - earlier.bytes)

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.actions + other.actions,
            self.events + other.events,
            self.bytes + other.bytes,
            self.runs + other.runs,
            max(self.longest, other.longest),
            max(self.largest, other.largest),
        )


async def size(handle: Handle) -> Size:
    """How much there is by now of the run that the handle names, or of the latest."""
    return size_of((await handle.fetch_history()).events)


async def chain_size(client: Client, handle: Handle) -> Size:
    """How much there is by now of all its runs, the latest and those before it."""
    found, run_id = Size(), None
    while True:
        run = client.get_workflow_handle(handle.id, run_id=run_id)
        events = (await run.fetch_history()).events
        found += size_of(events)
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return found


def size_of(history: Iterable[HistoryEvent]) -> Size:
    """How much one history comes to."""
    found: Counter[str] = Counter()
    tasks, length, weight, given = set(), 0, 0, 0
    for event in history:
        length, weight = length + 1, weight + event.ByteSize()
        kind = (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")
        if kind in EACH:
            found[kind] += 1
        if kind == "marker_recorded":
            tasks.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
        if kind == "workflow_execution_started":
            given = event.workflow_execution_started_event_attributes.input.ByteSize()
            weight -= given
        if kind == "workflow_execution_continued_as_new":
            handed = event.workflow_execution_continued_as_new_event_attributes.input
            weight -= handed.ByteSize()
    found[MARKED] = len(tasks)
    return Size(found, length, weight, 1, length, given)
