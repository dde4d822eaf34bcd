"""Undo: what one run of an import brought is taken back, so that a corrected file can come again.

What has a workflow is first ended, as created in error, and its histories are deleted, which
frees its id; then the ledger supersedes its facts. Killed at any point and run again it ends the
same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from ledger.ledger import Ledger
from ledger.undo import CHUNK, Look
from sales.imports import BeginUndo, FinishUndo, Touched, undo_event
from starter.client import CloselineClient
from workflows.ids import opportunity_workflow

AT_ONCE: Final = 20
LOOK_SECONDS: Final = 0.1
PATIENCE: Final = 300
"""How often to look whether a workflow has closed, or is gone."""
REASON: Final = "created_in_error"
STILL_RUNNING: Final = Touched("still_running", "its workflow has not closed in time")


class Left(NamedTuple):
    """What stays, and the rule that says why."""

    id: str
    rule: str
    detail: str


@dataclass(slots=True)
class Undone:
    """What came of it: `taken` are gone, `withdrawn` of them were open; in a dry run, would be."""

    taken: int = 0
    withdrawn: int = 0
    left: list[Left] = field(default_factory=list)


class Undo:
    """The undoing of one run."""

    def __init__(
        self, ledger: Ledger, import_id: str, *, force: bool = False, actor: str | None = None
    ) -> None:
        self._ledger, self._import_id = ledger, import_id
        self._force, self._actor = force, actor
        self._ids = ledger.brought(import_id).standing

    def __len__(self) -> int:
        """How many opportunities it is about."""
        return len(self._ids)

    def needs_server(self) -> bool:
        """Whether anything of it ever had a workflow."""
        return any(each.worked for _, looks in self._looks() for each in looks.values())

    def rehearse(self) -> Undone:
        """What would happen."""
        undone = Undone()
        for ids, looks in self._looks():
            self._count(undone, ids, looks, self._staying(looks))
        return undone

    async def run(self, client: CloselineClient | None, watch: Callable[[int], None]) -> Undone:
        """Take back what may be; `client` where anything of it has a workflow."""
        undone = Undone()
        self._ledger.enter([BeginUndo(id=self._import_id, actor=self._actor)], datetime.now(UTC))
        for ids, looks in self._looks():
            left = self._staying(looks)
            worked = [id_ for id_, each in looks.items() if each.worked and id_ not in left]
            if client:
                left |= await self._end(client, {id_: looks[id_] for id_ in worked})
            going = [id_ for id_ in looks if id_ not in left]
            left |= await asyncio.to_thread(self._take_back, going)
            self._count(undone, ids, looks, left)
            watch(len(ids))
        self._finish()
        return undone

    def _finish(self) -> None:
        standing, taken_back = self._ledger.brought(self._import_id)
        counts = {"taken_back": taken_back, "left": len(standing)}
        entry = FinishUndo(id=self._import_id, counts=counts, actor=self._actor)
        self._ledger.enter([entry], datetime.now(UTC))

    # -- in the ledger -------------------------------------------------------------------------

    def _looks(self) -> Iterator[tuple[Sequence[str], dict[str, Look]]]:
        for start in range(0, len(self._ids), CHUNK):
            ids = self._ids[start : start + CHUNK]
            yield ids, self._ledger.look(self._import_id, ids)

    def _staying(self, looks: dict[str, Look]) -> dict[str, Touched]:
        return {
            id_: why for id_, (why, _, _) in looks.items() if why and not (self._force and why.safe)
        }

    def _take_back(self, ids: Sequence[str]) -> dict[str, Touched]:
        return self._ledger.take_back(self._import_id, ids, force=self._force)

    def _count(
        self,
        undone: Undone,
        ids: Sequence[str],
        looks: dict[str, Look],
        left: dict[str, Touched],
    ) -> None:
        gone = [id_ for id_ in ids if id_ not in left]
        undone.taken += len(gone)
        undone.withdrawn += sum(id_ in looks and not looks[id_].ended for id_ in gone)
        undone.left += [Left(id_, why.rule, why.detail) for id_, why in left.items()]

    # -- in Temporal ---------------------------------------------------------------------------

    async def _end(self, client: CloselineClient, looks: dict[str, Look]) -> dict[str, Touched]:
        """End what runs and delete its histories; those that cannot go, and why."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(id_: str, ended: bool) -> Touched | None:
            async with room:
                return await self._end_one(client, id_, ended)

        found = await asyncio.gather(*(one(id_, each.ended) for id_, each in looks.items()))
        return {id_: why for id_, why in zip(looks, found, strict=True) if why}

    async def _end_one(self, client: CloselineClient, id_: str, ended: bool) -> Touched | None:
        if not ended:
            receipt = await client.say(
                id_,
                "withdraw",
                event_id=undo_event(self._import_id),
                reason=REASON,
                actor=self._actor,
                origin="admin",
            )
            if not receipt.accepted and receipt.rule != "ended":
                return Touched(receipt.rule or "refused", receipt.detail or "")
        if not await _until(lambda: _closed(client, id_)):
            return STILL_RUNNING
        # Somebody may have been quicker than the withdrawal: what came of that stays.
        now = await asyncio.to_thread(self._ledger.look, self._import_id, [id_])
        if staying := self._staying(now).get(id_):
            return staying
        return None if await _until(lambda: _deleted(client, id_)) else STILL_RUNNING


async def _until(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it does in time."""
    for _ in range(PATIENCE):
        if await holds():
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def _described(client: CloselineClient, id_: str) -> WorkflowExecutionDescription | None:
    """Its latest run; nothing where there is none."""
    try:
        return await client.opportunity(id_).describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _closed(client: CloselineClient, id_: str) -> bool:
    found = await _described(client, id_)
    return found is None or found.status != WorkflowExecutionStatus.RUNNING


async def _deleted(client: CloselineClient, id_: str) -> bool:
    """Whether nothing is left of any of its runs; what is, the server is asked to delete."""
    temporal, workflow_id = client.temporal, opportunity_workflow(id_)
    runs = {run.run_id async for run in temporal.list_workflows(f"WorkflowId = '{workflow_id}'")}
    if found := await _described(client, id_):
        runs.add(found.run_id)
    for run_id in runs:
        request = DeleteWorkflowExecutionRequest(
            namespace=temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        )
        try:
            await temporal.workflow_service.delete_workflow_execution(request)
        except RPCError as error:  # it takes its time, and is listed a while longer
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
    return not runs
