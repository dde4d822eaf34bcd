"""A release whose every task fails, and what is left of an opportunity in its hands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import activities
from activities.reconciled import Reconciled
from tests.workflows.processes import LIBRARY
from tests.workflows.world import Handle, World, eventually, id_of, message, reconcile
from worker import INTERCEPTORS, WORKFLOWS
from workflows.opportunity import Opportunity

BAD_RELEASE: Final = "a bad release"


@workflow.defn(name="Opportunity", sandboxed=False)
class Poisoned:
    """Stands for a release whose every task fails."""

    @workflow.run
    async def run(self, _start: Any) -> None:
        raise RuntimeError(BAD_RELEASE)


def bad_release(world: World) -> Worker:
    """A worker like any other, but that in its hands no opportunity lives."""
    others = [each for each in WORKFLOWS if each is not Opportunity]
    return Worker(
        world.client,
        task_queue=world.task_queue,
        workflows=[Poisoned, *others],
        activities=activities.make(world.client, world.switched, LIBRARY, world.task_queue),
        interceptors=INTERCEPTORS,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


@dataclass(frozen=True)
class Poisoning:
    """What reconciliation found while the run still lived, and after the server had ended it."""

    victim: str
    other: str
    meanwhile: Reconciled
    afterwards: Reconciled
    end: dict[str, Any]
    account: dict[str, Any]


async def poisoned(world: World) -> Poisoning:
    """One run is poisoned for good, another is terminated; the server ends the first."""
    async with world.worker():
        other = await world.open("long", "lucky")
        victim = await world.start("long", "victim", execution_timeout=timedelta(seconds=16))
        await world.until(victim, 1)
    async with bad_release(world):
        await victim.signal("change_stage", message(victim, 1, stage="offer"))
        await eventually(lambda: attempts(victim), lambda attempts: attempts > 1)
        await other.terminate("by an admin")
        meanwhile = await reconcile(world)
        await eventually(lambda: world.status(victim), lambda s: s == "TIMED_OUT", within=20)
    async with world.worker():
        afterwards = await reconcile(world)
        account = world.closeline.account("victim")
        state = await eventually(lambda: world.state(account), lambda state: not state["open"])
    end = world.ledger.end_of(id_of(victim))
    assert end
    return Poisoning(id_of(victim), id_of(other), meanwhile, afterwards, end, state)


async def attempts(handle: Handle) -> int:
    """How often the pending task of the run has been tried."""
    return (await handle.describe()).raw_description.pending_workflow_task.attempt
