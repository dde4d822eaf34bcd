"""An outage over a deadline, gone through once by many opportunities side by side.

All of them end after seven seconds without the buyer's word, and a clock that is three seconds
late waits two more for its senders.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from sales.facts import Fact
from sales.receipt import Receipt
from settings import Settings, connect
from starter.embedded import EmbeddedServer
from tests.workflows.world import Handle, World, eventually, message

SILENCE = timedelta(seconds=7)
LATE = timedelta(seconds=3)
NAMES = ("nothing", "before", "won", "behind", "unstamped", "queued", "overtaken", "answered")
A_CALL = {"origin": "buyer", "channel": "call"}
A_CONTRACT = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}
A_YES = {"decision": "yes", "reasons": ["value"]}


class Outage:
    """What was sent when, and what came of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.handles: dict[str, Handle] = {}
        self.results: dict[str, dict[str, Any]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.receipts: dict[str, Receipt] = {}
        self.in_time = self.behind = self.back = datetime.now(UTC)

    async def begin(self) -> None:
        """All are open, and their timers are set."""
        async with self.world.worker():
            opened = await asyncio.gather(
                *(self.world.open("brisk", account="cut-off") for _ in NAMES)
            )
            self.handles = dict(zip(NAMES, opened, strict=True))
            last = (await self.world.facts(opened[-1]))[0]
        self.in_time = last.occurred_at + timedelta(seconds=0.2)
        await self.send("before", self.in_time, "record_engagement", **A_CALL)
        await self.send("won", self.in_time, "record_purchase", **A_CONTRACT)

    async def wait_too_long(self) -> None:
        """Past every deadline, and by more than can go unnoticed."""
        until = self.in_time + SILENCE + LATE + timedelta(seconds=0.3)
        await asyncio.sleep((until - datetime.now(UTC)).total_seconds())

    async def end(self, client: Client) -> None:
        """The worker is back; some senders have to catch up."""
        world = self.world
        world.client = client
        self.handles = {n: client.get_workflow_handle(h.id) for n, h in self.handles.items()}
        self.behind = datetime.now(UTC)
        await self.send("behind", self.behind, "record_engagement", **A_CALL)
        await self.send("unstamped", None, "record_engagement", **A_CALL)
        asked = [
            asyncio.create_task(self.ask(name, self.behind, "change_stage", stage="offer"))
            for name in ("overtaken", "answered")
        ]
        self.back = datetime.now(UTC)
        async with world.worker():
            await asyncio.sleep(0.8)
            assert not self.receipts, "the settling is not over"
            await self.send("queued", self.in_time, "record_engagement", **A_CALL)
            await self.send("overtaken", self.in_time, "record_decision", **A_YES)
            await asyncio.gather(*asked)
            ended = [name for name in NAMES if name not in ("overtaken", "unstamped")]
            for name in ended:
                self.results[name] = await self.handles[name].result()
            account = client.get_workflow_handle("account:cut-off")
            await eventually(
                lambda: world.kinds(account), lambda k: k.count("opportunity_ended") == len(ended)
            )
            for name in NAMES:
                self.facts[name] = await world.facts(self.handles[name])

    async def send(self, name: str, sent_at: datetime | None, kind: str, **said: Any) -> None:
        stamp = sent_at.isoformat() if sent_at else None
        await self.handles[name].signal(kind, message(self.handles[name], kind, stamp, **said))

    async def ask(self, name: str, sent_at: datetime, kind: str, **said: Any) -> None:
        body = message(self.handles[name], kind, sent_at.isoformat(), kind=kind, **said)
        receipt = await self.handles[name].execute_update("submit", body, result_type=Receipt)
        self.receipts[name] = receipt

    def kinds(self, name: str) -> list[str]:
        return [fact.kind for fact in self.facts[name]]

    def closed_at(self, name: str) -> datetime:
        return datetime.fromisoformat(self.results[name]["closed_at"])


async def without_a_worker(client: Client, database: Path) -> Outage:
    outage = Outage(World(client, database))
    await outage.begin()
    await outage.wait_too_long()
    await outage.end(client)
    await outage.world.close()
    return outage


async def without_a_server_too(folder: Path, database: Path) -> Outage:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(EmbeddedServer(folder, port=0, headless=True))
        outage = Outage(World(await connect(Settings.load({}, dir=folder)), database))
        await outage.begin()
        await stack.aclose()
        await outage.wait_too_long()
        await stack.enter_async_context(EmbeddedServer(folder, port=0, headless=True))
        await outage.end(await connect(Settings.load({}, dir=folder)))
        await outage.world.close()
    return outage
