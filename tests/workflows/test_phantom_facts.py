"""A worker that is killed between a write and the end of its task leaves no fact that never was.

Three times the ledger falls silent right after a commit, the worker is killed there, and another
one goes on. What stands in the ledger afterwards is what the workflow itself has in its journal.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

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


@pytest.fixture(scope="module")
async def killings(
    client: Client, empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Killing]:
    folder = tmp_path_factory.mktemp("killing")
    acts = {"signal": (tell, "long"), "update": (ask, "long"), "clock": (wait, "brisk")}
    killings = {
        name: Killing(World(client, Path(shutil.copy(empty_ledger, folder / name))), process)
        for name, (_, process) in acts.items()
    }
    await asyncio.gather(*(killings[name].happen(act) for name, (act, _) in acts.items()))
    return killings


@pytest.mark.parametrize("name", ["signal", "update", "clock"])
def test_the_ledger_holds_what_the_workflow_itself_remembers(
    killings: dict[str, Killing], name: str
) -> None:
    mine, theirs = killings[name].journal, killings[name].facts
    assert [fact.digest() for fact in mine] == [fact.digest() for fact in theirs]
    assert [fact.sequence for fact in theirs] == [1, 2, 3]


def test_what_a_signal_caused_is_decided_again_and_replaces_what_was_written(
    killings: dict[str, Killing],
) -> None:
    told = killings["signal"]
    assert told.kinds() == ["opened", "engaged", "stage_changed"]
    (phantom,) = told.taken_back
    assert phantom.kind == "engaged"
    assert phantom.occurred_at < told.facts[1].occurred_at


def test_what_an_update_caused_was_history_before_it_was_written(
    killings: dict[str, Killing],
) -> None:
    assert killings["update"].kinds() == ["opened", "engaged", "stage_changed"]
    assert killings["update"].taken_back == []


def test_an_end_by_the_clock_was_history_before_it_was_written(
    killings: dict[str, Killing],
) -> None:
    ended = killings["clock"]
    assert ended.kinds() == ["opened", "ended", "late"]
    assert ended.taken_back == []
    assert ended.account[2:] == ["opportunity_ended", "late_message_kept"]
