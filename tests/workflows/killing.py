"""A worker that is killed right after a commit of which it has told nobody."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sales.facts import Fact
from tests.workflows.world import Handle, World, message, new_id

A_CALL = {"origin": "buyer", "channel": "call"}
SOON = timedelta(seconds=2)
"""How long the server waits for a task before it gives it to another worker."""


class Killing:
    """An opportunity whose worker was killed in the act, and what came of it."""

    def __init__(self, world: World, process: str) -> None:
        self.world, self.process = world, process
        self.account_id = new_id("a")
        self.journal: list[Fact] = []
        self.facts: list[Fact] = []
        self.taken_back: list[Fact] = []
        self.account: list[str] = []

    async def happen(self, act: Callable[[Handle], Awaitable[None]]) -> None:
        world = self.world
        async with world.worker_to_kill() as worker:
            handle = await world.start(self.process, self.account_id, task_timeout=SOON)
            await world.until(handle, 1)
            account = world.closeline.account(self.account_id)
            await world.until(account, 2)
            with world.switches.silent:
                await act(handle)
                await world.until(handle, 2)
                worker.kill()
                worker.wait()
        await handle.signal("change_stage", message(handle, 2, stage="offer"))
        async with world.worker():
            self.facts = await world.until(handle, 3)
            self.journal = await handle.query("journal", result_type=list[Fact])
            self.taken_back = [row.fact for row in await world.rows(handle) if row.superseded]
            if self.facts[-1].kind == "late":
                await world.until(account, 4)
            self.account = await world.kinds(account)
        await world.close()

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.facts]


async def tell(handle: Handle) -> None:
    # Without a time of sending: the task that is done again sees another time.
    await handle.signal("record_engagement", message(handle, 1, None, **A_CALL))


async def ask(handle: Handle) -> None:
    body = message(handle, 1, None, kind="record_engagement", **A_CALL)
    receipt = await handle.execute_update("submit", body)
    assert (receipt["accepted"], receipt["sequence"]) == (True, 2)


async def wait(_handle: Handle) -> None:
    """For the clock."""


ACTS = {"signal": (tell, "long"), "update": (ask, "long"), "clock": (wait, "brisk")}
"""What makes the fact that is written when the worker is killed, and in which process."""


async def killed(world: World, name: str) -> Killing:
    """The story of one of them."""
    act, process = ACTS[name]
    killing = Killing(world, process)
    await killing.happen(act)
    return killing
