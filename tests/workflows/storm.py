"""A server that is killed while messages are on their way, and started again on its data."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from temporalio.service import RPCError

from sales.facts import Fact
from settings import Settings, connect
from starter.embedded import EmbeddedServer
from starter.pidfile import PidFile
from starter.ports import choose_port
from tests.workflows.world import Handle, World, eventually, id_of

TALKERS, SILENT = 6, 3
A_CALL = {"origin": "buyer", "channel": "call"}


@dataclass
class Talk:
    """One sender, and what it was told: a number in the journal for an update, else nothing."""

    handle: Handle
    acknowledged: dict[str, int | None] = field(default_factory=dict)
    asking: bool = False
    facts: list[Fact] = field(default_factory=list)

    async def go_on(self, world: World, over: asyncio.Event) -> None:
        """One message after the other, each until it is acknowledged, every other an update."""
        for number in count():
            if over.is_set():
                return
            event = f"{self.handle.id}/{number}"
            while event not in self.acknowledged:
                self.asking = True
                with suppress(RPCError):  # no answer: sent again under the same id
                    self.acknowledged[event] = await self.say(world, event, number)
                self.asking = False

    async def say(self, world: World, event: str, number: int) -> int | None:
        said = {"event_id": event, **A_CALL}
        if number % 2:
            await world.closeline.signal(id_of(self.handle), "record_engagement", **said)
            return None
        return (await world.say(self.handle, "record_engagement", **said)).sequence


@dataclass
class Storm:
    """What came of it."""

    talks: list[Talk]
    asking: int
    """How many messages were on their way when the server was killed."""
    outcomes: list[dict[str, Any]]


async def stormed(folder: Path, database: Path) -> Storm:
    """The server dies amid talk and comes back; then the talkers give up, and the clock ends the
    silent."""
    port, over = choose_port("127.0.0.1", 0, 0), asyncio.Event()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(EmbeddedServer(folder, port=port, headless=True))
        world = World(await connect(Settings.load({}, dir=folder)), database)
        async with world.worker():
            talks = [Talk(await world.open("patient")) for _ in range(TALKERS)]
            silent = [await world.open("brisk") for _ in range(SILENT)]
            talking = [asyncio.create_task(talk.go_on(world, over)) for talk in talks]
            await heard(talks, 6)

            asking = sum(talk.asking for talk in talks)
            kill_server(folder)
            await stack.aclose()
            await stack.enter_async_context(EmbeddedServer(folder, port=port, headless=True))

            await heard(talks, max(len(talk.acknowledged) for talk in talks) + 4)
            over.set()
            await asyncio.gather(*talking)
            for talk in talks:
                await world.say(talk.handle, "withdraw", reason="no_capacity")
            handles = [*(talk.handle for talk in talks), *silent]
            outcomes = [await handle.result() for handle in handles]
        for talk in talks:
            talk.facts = await world.facts(talk.handle)
        await world.close()
    return Storm(talks, asking, outcomes)


async def heard(talks: list[Talk], least: int) -> None:
    async def told() -> int:
        return min(len(talk.acknowledged) for talk in talks)

    await eventually(told, lambda told: told >= least, within=40)


def kill_server(folder: Path) -> None:
    pid = PidFile(folder / "server.lock").holder()
    assert pid
    os.kill(pid, signal.SIGKILL)
