"""What one more child costs an account that has had very many: whether it grows with its past.

Children come one after the other where they are measured, so that no two share a task and each
costs what it costs alone; in between they come in a crowd.
"""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bench.billing import Size, chain_size
from bench.figures import Figure, Limit, compared
from bench.reference import message, opening
from ledger.ledger import Ledger
from settings import Settings, connect
from starter.client import CloselineClient
from starter.embedded import EmbeddedServer
from worker import make_worker

ACCOUNT: Final = "mother"
CROWD: Final = 20
"""How many come at the same time where nobody measures."""
EARLY: Final = 100
"""The child that the last one is compared with."""
LIMIT: Final = Limit(most=1.1)
A_NO: Final = {"decision": "no", "reasons": ["status_quo"]}
"""A win would leave promises, which are the account's to keep until they are met."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What the account cost for a child, early on and in the end, and the largest state that one of
    its runs was given."""

    early: Size
    last: Size
    children: int
    carried: int

    def ratio(self, of: str) -> float:
        """How much the last costs beside the early one."""
        return float(getattr(self.last, of) / getattr(self.early, of))


async def measure(children: int, window: int) -> list[Figure]:
    """The ratios, each over `window` children around the 100th and up to the last."""
    with TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{Path(folder, 'ledger.db')}")
        ledger.migrate()
        async with EmbeddedServer(Path(folder), port=0, headless=True):
            client = await connect(Settings.load({}, dir=Path(folder)))
            async with make_worker(client, ledger, "children"):
                found = await grow(client, "children", children, window)
        ledger.close()
    early, last = found.early, found.last
    return [
        *(
            compared(
                f"An account's {title} for child {children:,} beside child {EARLY}",
                unit,
                [getattr(last, of) / window],
                [getattr(early, of) / window],
                LIMIT,
            )
            for of, title, unit in (
                ("count", "actions", ""),
                ("events", "events", ""),
                ("bytes", "history", "bytes"),
            )
        ),
        compared("The largest state that a run was given", "bytes", [found.carried]),
    ]


async def grow(client: Client, task_queue: str, children: int, window: int) -> Grown:
    """So many children, one window of them around the 100th and one at the end measured."""
    closeline = CloselineClient(client, task_queue)
    await closeline.open_account(ACCOUNT, "Mother")
    numbers = itertools.count(1)
    await _crowd(closeline, numbers, EARLY - window // 2)
    early = await _one_by_one(closeline, numbers, window)
    await _crowd(closeline, numbers, children - window - (EARLY + window - window // 2))
    last = await _one_by_one(closeline, numbers, window)
    whole = await chain_size(client, closeline.account(ACCOUNT))
    return Grown(early, last, next(numbers) - 1, whole.largest)


async def _one_by_one(closeline: CloselineClient, numbers: Iterator[int], count: int) -> Size:
    """What they come to."""
    account = closeline.account(ACCOUNT)
    before = await chain_size(closeline.temporal, account)
    for _ in range(count):
        await _live(closeline, next(numbers))
        await _knows_all(closeline)
    return (await chain_size(closeline.temporal, account)).since(before)


async def _crowd(closeline: CloselineClient, numbers: Iterator[int], count: int) -> None:
    gate = asyncio.Semaphore(CROWD)

    async def one() -> None:
        async with gate:
            await _live(closeline, next(numbers))

    await asyncio.gather(*(one() for _ in range(count)))
    await _knows_all(closeline)


async def _live(closeline: CloselineClient, number: int) -> None:
    """It is opened by signal, as that costs least, and lost by one message."""
    opportunity_id = f"child-{number:05}"
    said = opening(opportunity_id, datetime.now(UTC))
    await closeline.signal_account(ACCOUNT, "open_opportunity", **said)
    handle = closeline.opportunity(opportunity_id)
    decided = message(f"{opportunity_id}/decided", A_NO)
    while True:
        try:
            await handle.signal("record_decision", decided)
            break
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
        await asyncio.sleep(0.05)
    assert (await handle.result())["outcome"] == "lost"


async def _knows_all(closeline: CloselineClient) -> None:
    """The account has learned every end, and everything is in the ledger."""
    while True:
        state: dict[str, Any] = await closeline.account(ACCOUNT).query("state")
        if not state["outbox"] and not state["open"]:
            return
        await asyncio.sleep(0.05)
