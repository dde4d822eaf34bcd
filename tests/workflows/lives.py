"""Every kind of life, lived in one namespace with one ledger, which then is lost."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from ledger.diff import Compared
from ledger.ledger import Ledger
from starter.rebuilding.listing import Listed, list_runs, young
from starter.rebuilding.restoring import Restored
from starter.rebuilding.run import restore_all
from tests.lives import drivers, pools
from tests.lives.drivers import reconciled
from tests.lives.telling import tell
from tests.record_histories import LIVES, WITHOUT_A_WORKER, Life
from tests.workflows.test_reset import reset
from tests.workflows.world import Handle, World, eventually, reconcile

A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}


async def thrown_back_past_an_end_that_reconciliation_wrote(world: World) -> None:
    handle = await world.open("long")
    await tell(handle, ("record_engagement", A_CALL))
    await world.until(handle, 2)
    await world.written(handle)
    await handle.terminate("by an admin")
    await closed(world, handle)
    await reconcile(world)
    handle = await reset(world, handle, 1)
    await tell(handle, ("log_effort", {"hours": "1"}))
    assert (await handle.result())["reset_refused"]


async def closed(world: World, handle: Handle) -> None:
    """Wait until the server's lists show it."""
    query = f"WorkflowId = '{handle.id}' AND ExecutionStatus != 'Running'"
    await eventually(lambda: world.client.count_workflows(query), lambda found: found.count)


AT_THE_END: Final = (reconciled, thrown_back_past_an_end_that_reconciliation_wrote)
"""Those that look at everything that runs."""
BETWEEN_BACKUPS: Final = 2.0
AT_ONCE: Final = tuple(
    life
    for life in LIVES
    if life.__module__ in (drivers.__name__, pools.__name__) and life not in AT_THE_END
)
"""What drivers do, and pools; the lives that only break rules would be in the way of these."""


@dataclass
class Remade:
    """A ledger made from histories, and what was said of it."""

    ledger: Ledger
    found: Restored

    def unequal(self, lost: Ledger) -> dict[str, Compared]:
        """The tables that do not hold what they held."""
        return {each.table: each for each in lost.compare(self.ledger, live=True) if not each.equal}


class Lived:
    """What was lived, the ledger that came of it, and what can be made of the histories."""

    def __init__(self, client: Client, database: Path) -> None:
        self.client, self.database = client, database
        self.ledger = Ledger(f"sqlite:///{database}")
        self.worlds_of: dict[Life, World] = {}
        self.backups: list[Path] = []
        self.whole: Remade
        self.cut: Remade
        self.caught_up: list[Remade] = []

    async def live(self) -> None:
        copying = asyncio.create_task(self._back_up_now_and_then())
        async with AsyncExitStack() as workers:
            await asyncio.gather(*(self._live(life, workers) for life in AT_ONCE))
            for life in AT_THE_END:
                await self._live(life, workers)
            await asyncio.gather(*map(self._settled, self.worlds_of.values()))
        copying.cancel()

    async def _back_up_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(BETWEEN_BACKUPS)
            copy = self.database.with_name(f"backup-{len(self.backups)}.db")
            await asyncio.to_thread(back_up, self.database, copy)
            self.backups.append(copy)

    async def _live(self, life: Life, workers: AsyncExitStack) -> None:
        world = self.worlds_of[life] = World(self.client, self.database)
        if life in WITHOUT_A_WORKER:
            await life(world)
        await workers.enter_async_context(world.worker())
        if life not in WITHOUT_A_WORKER:
            await life(world)

    async def _settled(self, world: World) -> None:
        """Nothing of this world is on its way to the ledger."""
        mine = f"TaskQueue = '{world.task_queue}' AND ExecutionStatus = 'Running'"

        async def unwritten() -> int:
            runs = [run.id async for run in world.client.list_workflows(mine)]
            handles = [world.client.get_workflow_handle(id_) for id_ in runs]
            return sum([(await world.state(handle))["outbox"] for handle in handles])

        await eventually(unwritten, lambda found: not found)

    async def restore(self, name: str) -> Remade:
        """A new ledger, made from all that the namespace still tells."""
        ledger = Ledger(f"sqlite:///{self.database.with_name(name)}.db")
        ledger.migrate()
        return await remade(self.client, ledger)

    async def cut_short(self) -> None:
        """As retention does it: of every workflow that went on, the oldest run is deleted."""
        before = await list_runs(self.client)
        gone = [(id_, runs[0].run_id) for id_, runs in before.items() if len(runs) > 1]
        for id_, run_id in gone:
            await self.client.workflow_service.delete_workflow_execution(
                DeleteWorkflowExecutionRequest(
                    namespace=self.client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=id_, run_id=run_id),
                )
            )

        def holds(found: dict[str, list[Listed]]) -> bool:
            left = {(id_, run.run_id) for id_, runs in found.items() for run in runs}
            return not left & set(gone)

        await eventually(lambda: list_runs(self.client), holds, within=20)

    async def close(self) -> None:
        for world in self.worlds_of.values():
            await world.close()
        for made in (self.whole, self.cut, *self.caught_up):
            made.ledger.close()
        self.ledger.close()


def back_up(database: Path, copy: Path) -> None:
    """Copy a database in use, as an administrator does it."""
    with closing(sqlite3.connect(database)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))


async def remade(client: Client, ledger: Ledger) -> Remade:
    """What the ledger has become, whether it was empty or a backup."""
    runs = await list_runs(client, young(ledger))
    return Remade(ledger, await restore_all(client, ledger, runs, lambda _count: None))


async def lived_and_lost(client: Client, database: Path) -> Lived:
    lived = Lived(client, database)
    await lived.live()
    lived.whole = await lived.restore("whole")
    for copy in lived.backups:
        lived.caught_up.append(await remade(client, Ledger(f"sqlite:///{copy}")))
    await lived.cut_short()
    lived.cut = await lived.restore("cut")
    return lived
