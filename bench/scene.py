"""Where the lives are lived: one embedded server, one ledger, and two workers that differ only in
the workflows they know. Client and workers share this process, so its CPU time is theirs."""

import asyncio
import gc
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from bench.bare import Bare
from bench.reference import LIFE, direct, message, opening
from ledger.ledger import Ledger
from settings import Settings, connect
from starter.client import CloselineClient
from starter.embedded import EmbeddedServer
from starter.pidfile import PidFile
from worker import INTERCEPTORS, RUNNER, make_worker
from workflows.ids import opportunity_workflow

ACCOUNTS = 10
OPENING_SECONDS, RETRY_SECONDS = 0.1, 0.05

_numbers = itertools.count(1)


class Scene:
    """Three lives that hear the same six messages: bare, started directly, through the account."""

    def __init__(self, client: Client, server_pid: int) -> None:
        self._stat = Path(f"/proc/{server_pid}/stat")
        self.client, self.closeline = client, CloselineClient(client, "bench")
        self.accounts = [f"account-{number}" for number in range(ACCOUNTS)]
        at = datetime.now(UTC)
        self._direct = [direct(account_id, at) for account_id in self.accounts]

    def server_seconds(self) -> float:
        """The CPU time that the server has used; nothing where the system does not tell."""
        if not self._stat.exists():
            return 0.0
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def bare(self) -> None:
        name = f"bare-{next(_numbers)}"
        handle = await self.client.start_workflow(Bare.run, id=name, task_queue="bare")
        for number, (_, body) in enumerate(LIFE):
            await handle.signal(Bare.said, message(f"{name}/{number}", body))
        assert await handle.result() == len(LIFE)

    async def direct(self) -> None:
        number = next(_numbers)
        start, opportunity_id = self._direct[number % ACCOUNTS], f"direct-{number}"
        await self.client.start_workflow(
            "Opportunity",
            start.input(opportunity_id),
            id=opportunity_workflow(opportunity_id),
            task_queue="bench",
            search_attributes=start.attributes,
        )
        await self._talk(opportunity_id)

    async def through_the_account(self) -> None:
        number = next(_numbers)
        opportunity_id, account_id = f"child-{number}", self.accounts[number % ACCOUNTS]
        said = opening(opportunity_id, datetime.now(UTC))
        await _sent(self.closeline.account(account_id), "open_opportunity", said)
        await asyncio.sleep(OPENING_SECONDS)
        await self._talk(opportunity_id)

    async def _talk(self, opportunity_id: str) -> None:
        handle = self.closeline.opportunity(opportunity_id)
        for number, (kind, body) in enumerate(LIFE):
            await _sent(handle, kind, message(f"{opportunity_id}/{number}", body))
        record = await handle.result()
        assert record["outcome"] == "won", record


async def _sent(handle: Any, kind: str, body: dict[str, Any]) -> None:
    """The account starts its child when it comes to it; until then there is nobody to hear. And
    who is just rolling over asks to be told again."""
    while True:
        try:
            await handle.signal(kind, body)
            return
        except RPCError as error:
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.RESOURCE_EXHAUSTED):
                raise
        await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def opened_scene(folder: Path) -> AsyncIterator[Scene]:
    """Everything up, and everything gone afterwards."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.migrate()
    async with EmbeddedServer(folder, port=0, headless=True):
        client = await connect(Settings.load({}, dir=folder))
        bare = Worker(
            client,
            task_queue="bare",
            workflows=[Bare],
            interceptors=INTERCEPTORS,
            workflow_runner=RUNNER,
        )
        async with bare, make_worker(client, ledger, "bench"):
            scene = Scene(client, PidFile(folder / "server.lock").holder() or 0)
            gc.freeze()  # as a worker does
            for account_id in scene.accounts:
                await scene.closeline.open_account(account_id, account_id)
            yield scene
    ledger.close()
