"""Two workers on one PostgreSQL ledger, one of them killed every few seconds, while opportunities
are talked to.

    python -m tests.workflows.chaos [OPPORTUNITIES [SECONDS]]
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from temporalio.api.enums.v1 import TimeoutType
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as NoAnswer
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.accounts import late_event
from ledger.ledger import Ledger
from sales.facts import Fact
from settings import Settings, connect
from starter.client import CloselineClient
from starter.embedded import EmbeddedServer
from starter.rebuilding.listing import list_runs
from starter.rebuilding.run import restore_all
from tests.postgres import Postgres
from tests.workflows.scripts import Script, scripts
from tests.workflows.world import eventually, new_id
from workflows.ids import opportunity_workflow

OPPORTUNITIES: Final = 500
SECONDS: Final = 4.0
"""From one killing to the next."""
AT_ONCE: Final = 60
"""How many are talked to at once."""
PATIENCE: Final = 120.0
"""How many seconds all may take to settle, once everybody has said all."""
SOON: Final = timedelta(seconds=2)
ROOT: Final = Path(__file__).parents[2]


@dataclass
class Chaos:
    """What was done, and every promise that was broken; `interrupted` counts workflow tasks that
    a killed worker had in hand."""

    opportunities: int = 0
    messages: int = 0
    resent: int = 0
    killed: int = 0
    interrupted: int = 0
    superseded: int = 0
    runs: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class Workers:
    """Two processes, of which one may be killed at any moment."""

    def __init__(self, client: Client, task_queue: str, url: str) -> None:
        where = [client.service_client.config.target_host, client.namespace]
        main = [sys.executable, "-m", "tests.workflows.worker_main"]
        self._command = [*main, *where, task_queue, url]
        self._running: list[subprocess.Popen[bytes]] = []
        self.killed = 0

    async def start(self) -> None:
        pipe = subprocess.PIPE
        process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, cwd=ROOT)
        self._running.append(process)
        assert process.stdout
        assert await asyncio.to_thread(process.stdout.readline) == b"works\n"

    async def kill_every(self, seconds: float) -> None:
        """The older of the two, and another one begins."""
        while True:
            await asyncio.sleep(seconds)
            self._end(self._running.pop(0))
            self.killed += 1
            await self.start()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        await asyncio.gather(self.start(), self.start())
        try:
            yield
        finally:
            for process in self._running:
                self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


class Talking:
    """Says it all, each message until it is acknowledged."""

    def __init__(self, client: Client, task_queue: str, chaos: Chaos) -> None:
        self._client, self._task_queue, self._chaos = client, task_queue, chaos
        self._closeline = CloselineClient(client, task_queue)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def live(self, script: Script) -> None:
        """From its opening to its end, which is compared with the script's."""
        handle = self._closeline.opportunity(script.id)
        async with self._room:
            await self._until_answered(partial(self._open, script))
            for number, (kind, said) in enumerate(script.said):
                say = self._closeline.say if number % 2 else self._closeline.signal
                message = {"event_id": script.event(number), **said}
                await self._until_answered(partial(say, script.id, kind, **message))
                self._chaos.messages += 1
        end = await handle.result()
        if end["outcome"] != script.outcome:
            self._chaos.broken.append(f"{script.id}: {end['outcome']}, not {script.outcome}")

    async def _open(self, script: Script) -> None:
        opening = {"opportunity_id": script.id, "process": script.process, "name": "Lifts"}
        if not script.direct:
            said = {**opening, "event_id": f"open:{script.id}"}
            receipt = await self._closeline.say_to_account(
                script.account_id, "open_opportunity", **said
            )
            assert receipt.accepted or receipt.duplicate, receipt
            return
        with suppress(WorkflowAlreadyStartedError):
            await self._client.start_workflow(
                "Opportunity",
                {"account_id": script.account_id, "opening": opening},
                id=opportunity_workflow(script.id),
                task_queue=self._task_queue,
                task_timeout=SOON,
            )

    async def _until_answered(self, ask: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                await ask()
                return
            except (RPCError, NoAnswer, WorkflowUpdateFailedError):
                self._chaos.resent += 1
                await asyncio.sleep(0.2)


async def chaos(client: Client, postgres: Postgres, count: int, seconds: float) -> Chaos:
    """Live it all, then look at what the ledger holds, and at what can be made of it."""
    found, task_queue, prefix = Chaos(count), new_id("queue"), new_id("c")
    told, url = scripts(count, seed=7, prefix=prefix), postgres.url(postgres.create())
    workers, talking = Workers(client, task_queue, url), Talking(client, task_queue, found)
    ledger, began = Ledger(url), time.monotonic()
    async with workers.working():
        killing = asyncio.create_task(workers.kill_every(seconds))
        await asyncio.gather(*(talking.live(script) for script in told))
        killing.cancel()
        found.seconds["lives"] = time.monotonic() - began
        await settled(client, ledger, told, workers)
    found.killed = workers.killed
    look(ledger, told, found)
    await make_again(client, postgres, ledger, found)
    ledger.close()
    return found


async def settled(client: Client, ledger: Ledger, told: list[Script], workers: Workers) -> None:
    """Every account has learned every end, and has it in the ledger."""
    await workers.start()  # whom the killing has cut short

    async def unheard() -> list[str]:
        accounts = {script.account_id for script in told}
        states = {id_: ledger.account_state(id_) for id_ in accounts}
        return [id_ for id_, state in states.items() if not state or state.open]

    await eventually(unheard, lambda found: not found, within=PATIENCE)
    for account_id in {script.account_id for script in told}:
        ask = partial(CloselineClient(client).account(account_id).query, "state")
        await eventually(ask, lambda state: not state["outbox"], within=PATIENCE)


def look(ledger: Ledger, told: list[Script], found: Chaos) -> None:
    """Every message once, and one end."""
    ids = [script.id for script in told]
    accounts = ledger.journals("account", sorted({script.account_id for script in told}))
    for script, journal in zip(
        told, map(ledger.journals("opportunity", ids).get, ids), strict=True
    ):
        facts = journal or []
        late = {fact.event_id for fact in accounts[script.account_id]}
        for number in range(len(script.said)):
            event = script.event(number)
            heard = [fact.kind for fact in facts if fact.event_id == event]
            kept = late_event(script.id, event) in late
            if (not heard and not kept) or max(Counter(heard).values(), default=0) > 1:
                found.broken.append(f"{event}: {heard}")
        ends = [fact for fact in facts if fact.kind == "ended"]
        launched = _of(accounts[script.account_id], script.id)
        if len(ends) != 1 or launched != {"begun": 1, "ended": 1}:
            found.broken.append(f"{script.id}: {len(ends)} ends, its account has {launched}")
    rows = [ledger.journal_rows("opportunity", id_, superseded=True) for id_ in ids]
    found.superseded = sum(bool(row.superseded) for journal in rows for row in journal)


def _of(account: list[Fact], opportunity_id: str) -> dict[str, int]:
    names = {
        "opportunity_launched": "begun",
        "opportunity_adopted": "begun",
        "opportunity_ended": "ended",
    }
    about = [fact for fact in account if fact.data.get("opportunity_id") == opportunity_id]
    return dict(Counter(names[fact.kind] for fact in about if fact.kind in names))


async def make_again(client: Client, postgres: Postgres, ledger: Ledger, found: Chaos) -> None:
    """The ledger from its journal, and from the histories."""
    journal, histories = (Ledger(postgres.url(postgres.create())) for _ in range(2))
    began = time.monotonic()
    await asyncio.to_thread(journal.rebuild_from, ledger, lambda _count: None)
    found.seconds["from the journal"] = time.monotonic() - began
    began = time.monotonic()
    runs = await list_runs(client)
    restored = await restore_all(client, histories, runs, lambda _count: None)
    found.runs, found.seconds["from histories"] = restored.runs, time.monotonic() - began
    found.interrupted = await interrupted(client)
    for name, made, live in (("journal", journal, False), ("histories", histories, True)):
        for each in ledger.compare(made, live):
            if not each.equal:
                found.broken.append(f"made from {name}: {each}")
        made.close()
    if restored.begin_later or restored.incomplete:
        found.broken.append(f"made from histories: {restored}")


async def interrupted(client: Client) -> int:
    """How many workflow tasks were given out and never answered."""
    count = 0
    async for history in client.list_workflows().map_histories():
        for event in history.events:
            timed_out = event.workflow_task_timed_out_event_attributes
            count += timed_out.timeout_type == TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE
    return count


async def main(count: int, seconds: float) -> None:
    with TemporaryDirectory() as folder, Postgres() as postgres:
        async with AsyncExitStack() as stack:
            server = EmbeddedServer(Path(folder), port=0, headless=True)
            await stack.enter_async_context(server)
            client = await connect(Settings.load({}, dir=Path(folder)))
            found = await chaos(client, postgres, count, seconds)
    for name, value in vars(found).items():
        print(f"{name:15} {value}")
    sys.exit(bool(found.broken))


if __name__ == "__main__":
    words = sys.argv[1:]
    asyncio.run(
        main(int(words[0]) if words else OPPORTUNITIES, float(words[1]) if words[1:] else SECONDS)
    )
