"""Undo: what one run of an import brought is taken back, so that a corrected file can come again.

What is open is first ended by its workflow, as created in error; then the ledger supersedes its
facts. Killed at any point and run again it ends the same.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from ledger.ledger import Ledger
from ledger.undo import CHUNK, Look
from sales.imports import BeginUndo, FinishUndo, Touched, undo_event
from starter.client import CloselineClient

AT_ONCE: Final = 20
LOOK_SECONDS: Final = 0.1
PATIENCE: Final = 300
"""How often to look whether a workflow has closed."""
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
            worked = {id_: each.ended for id_, each in looks.items() if each.worked}
            if client:
                ends = {id_: ended for id_, ended in worked.items() if id_ not in left}
                left |= await self._end(client, ends)
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

    async def _end(self, client: CloselineClient, ended: dict[str, bool]) -> dict[str, Touched]:
        """End what is open, and wait until all are closed; those that do not end, and why."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(id_: str) -> Touched | None:
            async with room:
                return await self._end_one(client, id_, ended[id_])

        found = await asyncio.gather(*map(one, ended))
        return {id_: why for id_, why in zip(ended, found, strict=True) if why}

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
        return None if await _closes(client, id_) else STILL_RUNNING


async def _closes(client: CloselineClient, id_: str) -> bool:
    """Whether its workflow closes in time, or is gone; only then has its account been told."""
    for _ in range(PATIENCE):
        try:
            found = await client.opportunity(id_).describe()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return True
        if found.status != WorkflowExecutionStatus.RUNNING:
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False
