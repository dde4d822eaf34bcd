"""A worker that is killed between a write and the end of its task leaves no fact that never was.

Once, the ledger falls silent right after its commits, the worker is killed there, and another one
goes on. Every test looks at one opportunity: what stands in the ledger afterwards is what the
workflow itself has in its journal.
"""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from sales.facts import Fact
from sales.receipt import Receipt
from tests.workflows.world import Handle, World, eventually, message

A_CALL = {"origin": "buyer", "channel": "call"}
SOON = timedelta(seconds=2)
"""How long the server waits for a task before it gives it to another worker."""


class Killing:
    """What was under way when the worker was killed, and what came of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.handles: dict[str, Handle] = {}
        self.journals: dict[str, list[Fact]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.taken_back: dict[str, list[Fact]] = {}
        self.account: list[str] = []
        self.receipt: Receipt | None = None

    async def happen(self) -> None:
        world = self.world
        with world.spawn() as first:
            await self.open()
            with world.switches.silent:
                await self.ask()
                await self.two_facts("update")
                await self.two_facts("clock")
                await self.tell()  # the last, for a local write is given up after two seconds
                await self.two_facts("signal")
                first.kill()
        for name in ("signal", "update", "clock"):
            handle = self.handles[name]
            await handle.signal("change_stage", message(handle, 2, stage="offer"))
        async with world.worker():
            await asyncio.gather(*(self.look(name) for name in self.handles))
            account = world.closeline.account("bereft")
            await eventually(lambda: world.kinds(account), lambda k: "late_message_kept" in k)
            self.account = await world.kinds(account)

    async def open(self) -> None:
        for name in ("signal", "update", "clock"):
            process = "brisk" if name == "clock" else "patient"
            handle = await self.world.start(process, "bereft", task_timeout=SOON)
            self.handles[name] = handle
        for handle in self.handles.values():
            await self.world.until(handle, 1)

    async def ask(self) -> None:
        handle = self.handles["update"]
        body = message(handle, 1, None, kind="record_engagement", **A_CALL)
        self.receipt = await handle.execute_update("submit", body, result_type=Receipt)

    async def tell(self) -> None:
        # Without a time of sending: the task that is done again sees another time.
        handle = self.handles["signal"]
        await handle.signal("record_engagement", message(handle, 1, None, **A_CALL))

    async def two_facts(self, name: str) -> None:
        await eventually(lambda: self.world.kinds(self.handles[name]), lambda k: len(k) == 2)

    async def look(self, name: str) -> None:
        world, handle = self.world, self.handles[name]
        self.facts[name] = await world.until(handle, 3)
        self.taken_back[name] = [row.fact for row in await world.rows(handle) if row.superseded]
        self.journals[name] = await handle.query("journal", result_type=list[Fact])


@pytest.fixture(scope="module")
async def killing(
    client: Client, empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> Killing:
    folder = tmp_path_factory.mktemp("killing")
    killing = Killing(World(client, Path(shutil.copy(empty_ledger, folder / "ledger.db"))))
    await killing.happen()
    await killing.world.close()
    return killing


@pytest.mark.parametrize("name", ["signal", "update", "clock"])
def test_the_ledger_holds_what_the_workflow_itself_remembers(killing: Killing, name: str) -> None:
    mine, theirs = killing.journals[name], killing.facts[name]
    assert [fact.digest() for fact in mine] == [fact.digest() for fact in theirs]
    assert [fact.sequence for fact in theirs] == [1, 2, 3]


def test_what_a_signal_caused_is_decided_again_and_replaces_what_was_written(
    killing: Killing,
) -> None:
    assert [fact.kind for fact in killing.facts["signal"]] == ["opened", "engaged", "stage_changed"]
    (phantom,) = killing.taken_back["signal"]
    assert phantom.kind == "engaged"
    assert phantom.occurred_at < killing.facts["signal"][1].occurred_at


def test_what_an_update_caused_was_history_before_it_was_written(killing: Killing) -> None:
    assert killing.receipt
    assert (killing.receipt.accepted, killing.receipt.sequence) == (True, 2)
    assert [fact.kind for fact in killing.facts["update"]] == ["opened", "engaged", "stage_changed"]
    assert killing.taken_back["update"] == []


def test_an_end_by_the_clock_was_history_before_it_was_written(killing: Killing) -> None:
    assert [fact.kind for fact in killing.facts["clock"]] == ["opened", "ended", "late"]
    assert killing.taken_back["clock"] == []
    assert killing.account.count("opportunity_ended") == 1
