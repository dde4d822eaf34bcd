"""A server of its own with its action counter, a ledger, a worker: where lives are counted."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.reference import Said, message, opening
from ledger.batch import Subject
from ledger.ledger import Ledger
from settings import NAMESPACE
from starter.client import CloselineClient
from starter.ports import choose_port
from tests.server import dev_server
from tests.workflows.world import Handle, eventually, new_id
from worker import make_worker

PACE: Final = 0.3
"""Seconds between two messages; faster ones would share a task, and cost less."""
COUNTED_SECONDS: Final = 1.2
"""The server publishes its counters once a second."""


class Office:
    """Opens, talks and waits, at a steady pace."""

    def __init__(self, client: Client, metrics_port: int, ledger: Ledger) -> None:
        self._url = f"http://127.0.0.1:{metrics_port}/metrics"
        self.ledger, self.task_queue = ledger, new_id("queue")
        self.closeline = CloselineClient(client, self.task_queue)

    async def open_account(self) -> Handle:
        account_id = new_id("a")
        await self.closeline.open_account(account_id, "Acme")
        await self._written("account", account_id, 2)
        return self.closeline.account(account_id)

    async def open(self, account: Handle) -> str:
        """By signal, as it costs least; returns the opportunity's id."""
        said = opening(opportunity_id := new_id("o"), datetime.now(UTC))
        account_id = account.id.partition(":")[2]
        await self.closeline.signal_account(account_id, "open_opportunity", **said)
        await self._written("opportunity", opportunity_id, 1)
        return opportunity_id

    async def live(self, account: Handle, how: str, said: tuple[Said, ...]) -> str:
        """One reference life, up to its end."""
        opportunity_id = await self.open(account)
        handle = self.closeline.opportunity(opportunity_id)
        for number, (kind, body) in enumerate(said, start=1):
            whole = message(f"{opportunity_id}/{number}", body)
            if how == "signal":
                await handle.signal(kind, whole)
            else:
                await handle.execute_update("submit", {"kind": kind, **whole})
            await self._written("opportunity", opportunity_id, 1 + number)
        assert (await handle.result())["outcome"] == "won"
        return opportunity_id

    def slowest_write(self, opportunity_id: str) -> timedelta:
        """The longest that a fact was on its way from its sender to the ledger."""
        rows = self.ledger.journal_rows("opportunity", opportunity_id)
        return max(row.written_at - row.fact.occurred_at for row in rows)

    async def actions(self) -> int:
        """The server's counter, once it has counted all there was."""
        await asyncio.sleep(COUNTED_SECONDS)
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(self._url).read().decode())
        found = re.findall(rf'^action{{[^}}]*namespace="{NAMESPACE}"[^}}]*}} (\S+)', page, re.M)
        return round(sum(map(float, found)))

    async def _written(self, subject: Subject, id_: str, facts: int) -> None:
        """That many facts are in the ledger, and the task that wrote them is done."""

        async def count() -> int:
            return len(self.ledger.journal(subject, id_))

        await eventually(count, lambda found: found >= facts)
        await asyncio.sleep(PACE)


@asynccontextmanager
async def opened_office(folder: Path) -> AsyncIterator[Office]:
    """The office, at work."""
    port = choose_port("127.0.0.1", 0, 0)
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.migrate()
    async with await dev_server(
        "--metrics-port", str(port), data_converter=pydantic_data_converter
    ) as environment:
        office = Office(environment.client, port, ledger)
        async with make_worker(environment.client, ledger, office.task_queue):
            yield office
    ledger.close()
