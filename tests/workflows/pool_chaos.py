"""Opportunities that share a few pools, while workers are killed: they end in every way there is,
are cancelled, terminated and thrown back, and so are the pools terminated.

    python -m tests.workflows.pool_chaos [OPPORTUNITIES [SECONDS]]
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as NoAnswer
from temporalio.service import RPCError

from ledger.ledger import Ledger
from sales.pool.state import load_pool
from settings import Settings, connect
from starter.client import CloselineClient, UnknownOpportunity
from starter.embedded import EmbeddedServer
from tests.postgres import Postgres
from tests.sales.test_pool_any_sequence import audited
from tests.workflows.chaos import AT_ONCE, Workers
from tests.workflows.scripts import TOGETHER
from tests.workflows.test_reset import throw_back
from tests.workflows.world import eventually, new_id

OPPORTUNITIES: Final = 500
SECONDS: Final = 4.0
"""From one killing of a worker to the next."""
POOLS: Final = 4
PATIENCE: Final = 180.0
"""How many seconds all may take to settle, once everybody has said all."""
TERMS: Final[dict[str, Any]] = {
    "name": "Engineers",
    "hours": "60",
    "currency": "EUR",
    "period": "5s",
    "lease": "6s",
    "warn": "1s",
    "patience": "4s",
}
FATES: Final = ("won", "lost", "withdrawn", "expired", "cancelled", "terminated", "thrown back")


@dataclass
class Chaos:
    """What was done, and every promise that was broken."""

    opportunities: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    facts_of_pools: dict[str, int] = field(default_factory=dict)
    workers_killed: int = 0
    pools_terminated: int = 0
    told_by_reconciliation: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class Market:
    """All of them, at once."""

    def __init__(self, client: Client, task_queue: str, ledger: Ledger, count: int) -> None:
        self.client, self.task_queue, self.ledger = client, task_queue, ledger
        self.closeline = CloselineClient(client, task_queue)
        self.found, self.dice = Chaos(count), Random(7)
        self.pools = [new_id("pool") for _ in range(POOLS)]
        self.ids = [new_id("o") for _ in range(count)]
        self._room = asyncio.Semaphore(AT_ONCE)

    async def open(self) -> None:
        for pool in self.pools:
            receipt = await self.closeline.say_to_pool(pool, "open_pool", **TERMS)
            assert receipt.accepted, receipt

    async def live(self, id: str, fate: str) -> None:
        """From its opening to whatever is done to it."""
        dice, say = Random(id), partial(self.closeline.say, id)
        handle = self.closeline.opportunity(id)
        async with self._room:
            await self._answered(partial(self._open, id, "brisk" if fate == "expired" else "long"))
            for number, pool in enumerate(dice.sample(self.pools, dice.randint(1, 3))):
                asked = {"pool": pool, "hours": str(dice.randint(1, 30))}
                event = {"event_id": f"{id}/ask/{number}"}
                await self._answered(partial(say, "request_capacity", **asked, **event))
                await asyncio.sleep(dice.random() * 0.5)
                if dice.random() < 0.5:
                    worked = {"pool": pool, "hours": str(dice.randint(1, 8))}
                    await self._answered(partial(say, "log_effort", **worked))
                if dice.random() < 0.2:
                    await self._answered(partial(say, "release_capacity", pool=pool))
        await self._end(fate, id, dice)
        if fate == "expired":
            await handle.result()

    async def _end(self, fate: str, id: str, dice: Random) -> None:
        handle, say = self.closeline.opportunity(id), partial(self.closeline.say, id)
        match fate:
            case "won":
                evidence = {"kind": "signed_contract", "reference": "C-1"}
                await self._answered(partial(say, "record_purchase", evidence=evidence))
            case "lost":
                said = {"decision": "no", "reasons": ["price"]}
                await self._answered(partial(say, "record_decision", **said))
            case "withdrawn":
                await self._answered(partial(say, "withdraw", reason="no_capacity"))
            case "cancelled":
                await handle.cancel()
            case "terminated":
                await handle.terminate("by an admin")
            case "thrown back":
                if dice.random() < 0.5:
                    await self._answered(partial(say, "withdraw", reason="no_capacity"))
                await self._throw_back(id, dice)
                await asyncio.sleep(dice.random() * 2)
                await self._answered(partial(say, "withdraw", reason="no_capacity"))

    async def _throw_back(self, id: str, dice: Random) -> None:
        """To any of its tasks; one that the server cannot begin at is left alone."""
        with suppress(RPCError):
            task, reapply = dice.randint(1, 4), dice.random() < 0.5
            with suppress(IndexError):
                await throw_back(self.client, self.closeline.opportunity(id), task, reapply)

    async def _open(self, id: str, process: str) -> None:
        said = {"process": process, "name": "Lifts", "event_id": f"open:{id}"}
        amount = {"amount": str(self.dice.randint(1, 10**6)), "currency": "EUR"}
        receipt = await self.closeline.open_opportunity(
            f"a-{self.ids.index(id) // TOGETHER}-{self.task_queue}", id, amount=amount, **said
        )
        assert receipt.accepted or receipt.duplicate, receipt

    async def _answered(self, ask: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                await ask()
                return
            except (RPCError, NoAnswer, WorkflowUpdateFailedError, UnknownOpportunity):
                await asyncio.sleep(0.2)

    async def terminate_pools(self, every: float) -> None:
        """Now and then one of them, which whoever speaks to it next starts again."""
        while True:
            await asyncio.sleep(every)
            with suppress(RPCError):
                await self.closeline.pool(self.dice.choice(self.pools)).terminate("by an admin")
                self.found.pools_terminated += 1

    async def settle(self) -> None:
        """Rounds of reconciliation, until all have ended and every pool has everything back."""
        await eventually(self._left, lambda left: left == [], within=PATIENCE)

    async def _left(self) -> list[str]:
        told = await self.client.execute_workflow(
            "Reconcile", True, id=new_id("reconcile"), task_queue=self.task_queue
        )
        self.found.told_by_reconciliation += len(told["pools_told"])
        rows = {row.id: row.outcome for row in await asyncio.to_thread(self.ledger.opportunities)}
        left = [id for id in self.ids if not rows.get(id)]
        for pool in self.pools:
            try:
                state = await self.closeline.pool(pool).query("state")
            except (RPCError, WorkflowQueryFailedError):  # it is being started again
                return [pool]
            unwritten = state.pop("outbox")
            held = load_pool(state)
            left += [*held.leases, *held.queue, *([pool] if unwritten else [])]
        return left

    def look(self) -> None:
        """By the journals alone: never over capacity, and nothing left."""
        kinds = Counter[str]()
        for pool in self.pools:
            journal = self.ledger.journal("pool", pool)
            kinds.update(fact.kind for fact in journal)
            self.found.broken += [f"{pool}: {each}" for each in audited(journal)]
            row = self.ledger.pool(pool)
            if row is None or (row.leased, row.leases, row.waiting) != (Decimal(0), 0, 0):
                self.found.broken.append(f"{pool}: {row}")
        self.found.facts_of_pools = dict(kinds)


async def chaos(client: Client, postgres: Postgres, count: int, seconds: float) -> Chaos:
    """Live it all, settle, and look at what the ledger holds."""
    task_queue, url = new_id("queue"), postgres.url(postgres.create())
    workers, ledger = Workers(client, task_queue, url), Ledger(url)
    market, began = Market(client, task_queue, ledger, count), time.monotonic()
    fates = [FATES[number % len(FATES)] for number in range(count)]
    async with workers.working():
        await market.open()
        trouble = [
            asyncio.create_task(workers.kill_every(seconds)),
            asyncio.create_task(market.terminate_pools(seconds * 0.7)),
        ]
        await asyncio.gather(*map(market.live, market.ids, fates))
        for each in trouble:
            each.cancel()
        market.found.seconds["lives"] = time.monotonic() - began
        await workers.start()  # whom the killing has cut short
        await market.settle()
    market.found.seconds["in all"] = time.monotonic() - began
    market.found.fates, market.found.workers_killed = dict(Counter(fates)), workers.killed
    market.look()
    made = Ledger(postgres.url(postgres.create()))
    made.rebuild_from(ledger, lambda _count: None)
    market.found.broken += [f"made again: {e}" for e in ledger.compare(made) if not e.equal]
    made.close()
    ledger.close()
    return market.found


async def main(count: int, seconds: float) -> None:
    with TemporaryDirectory() as folder, Postgres() as postgres:
        async with AsyncExitStack() as stack:
            server = EmbeddedServer(Path(folder), port=0, headless=True)
            await stack.enter_async_context(server)
            client = await connect(Settings.load({}, dir=Path(folder)))
            found = await chaos(client, postgres, count, seconds)
    for name, value in vars(found).items():
        print(f"{name:24} {value}")
    sys.exit(bool(found.broken))


if __name__ == "__main__":
    words = sys.argv[1:]
    asyncio.run(
        main(int(words[0]) if words else OPPORTUNITIES, float(words[1]) if words[1:] else SECONDS)
    )
