"""A task queue, a ledger and what is said to both: the small world one test lives in."""

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.reconciled import Reconciled
from ledger.ledger import Ledger
from ledger.rows import FactRow
from sales.facts import Fact
from sales.receipt import Receipt
from starter.client import CloselineClient
from starter.rebuilding.restoring import SUBJECTS
from tests.workflows.processes import LIBRARY
from tests.workflows.switches import SwitchedLedger
from worker import make_worker
from workflows.ids import opportunity_workflow

Handle = WorkflowHandle[Any, Any]
T = TypeVar("T")

SANDBOX: Final = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "sales", "processes", "ledger", "activities", "settings", "structlog"
    )
)
"""It catches what no workflow may do: ask for the time, roll dice, touch the world."""

_numbers = itertools.count(1)
_this_run: Final = f"{int(time.time()):x}"


def new_id(prefix: str) -> str:
    """An id that no other test has."""
    return f"{prefix}-{_this_run}-{next(_numbers)}"


def now() -> str:
    """The time as a sender stamps it."""
    return datetime.now(UTC).isoformat()


async def eventually(
    ask: Callable[[], Awaitable[T]], holds: Callable[[T], object], within: float = 10
) -> T:
    """Ask until the answer holds; the last answer is in the failure."""
    until = time.monotonic() + within
    while not holds(answer := await ask()):
        assert time.monotonic() < until, f"not within {within} s, but: {answer}"
        await asyncio.sleep(0.05)
    return answer


class World:
    """Everything is real; only the ledger has switches."""

    def __init__(self, client: Client, database: Path, task_queue: str = "") -> None:
        self.client, self.database = client, database
        self.task_queue = task_queue or new_id("queue")
        self.closeline = CloselineClient(client, self.task_queue)
        self.ledger = Ledger(f"sqlite:///{database}")
        self.switched = SwitchedLedger(database)
        self.switches = self.switched.switches

    async def close(self) -> None:
        """Leave nothing running, and let go of the database."""
        mine = f"TaskQueue = '{self.task_queue}' AND ExecutionStatus = 'Running'"
        async for run in self.client.list_workflows(mine):
            with suppress(RPCError):  # it may have ended meanwhile
                await self.client.get_workflow_handle(run.id).terminate("the test is over")
        self.ledger.close()
        self.switched.close()

    # -- workers -------------------------------------------------------------------------------

    def worker(self, **options: Any) -> Worker:
        """A worker in this process, in the sandbox; it works while its context is open."""
        options = {"workflow_runner": SANDBOX, **options}
        return make_worker(self.client, self.switched, self.task_queue, LIBRARY, **options)

    @asynccontextmanager
    async def worker_to_kill(self) -> AsyncIterator[subprocess.Popen[bytes]]:
        """A worker in a process of its own; it works already, and does not outlive the context."""
        command = [sys.executable, "-m", "tests.workflows.worker_main"]
        where = [self.client.service_client.config.target_host, self.client.namespace]
        with subprocess.Popen(
            [*command, *where, self.task_queue, self.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as process:
            try:
                assert process.stdout
                assert await asyncio.to_thread(process.stdout.readline) == b"works\n"
                yield process
            finally:
                process.kill()

    # -- opportunities -------------------------------------------------------------------------

    async def open(self, process: str = "patient", account: str = "", **said: Any) -> Handle:
        """Opened by its account, as everybody should."""
        opportunity_id = said.pop("opportunity_id", None) or new_id("o")
        receipt = await self.closeline.open_opportunity(
            account or new_id("a"), opportunity_id, process=process, name="Lifts", **said
        )
        assert receipt.accepted, receipt
        handle = self.closeline.opportunity(opportunity_id)
        await eventually(lambda: self.facts(handle), lambda facts: bool(facts))
        return handle

    async def start(self, process: str = "patient", account: str = "", **options: Any) -> Handle:
        """Started without its account, by somebody who goes to the server directly."""
        opportunity_id = new_id("o")
        opening = {"opportunity_id": opportunity_id, "process": process, "name": "Lifts"}
        return await self.client.start_workflow(
            "Opportunity",
            {"account_id": account or new_id("a"), "opening": opening},
            id=opportunity_workflow(opportunity_id),
            task_queue=self.task_queue,
            **options,
        )

    async def say(self, handle: Handle, kind: str, **said: Any) -> Receipt:
        """By update, through the client."""
        return await self.closeline.say(id_of(handle), kind, **said)

    async def state(self, handle: Handle) -> dict[str, Any]:
        """The workflow's own word."""
        return dict(await handle.query("state"))

    async def status(self, handle: Handle) -> str:
        """The server's word: RUNNING, COMPLETED, ..."""
        status = (await handle.describe()).status
        assert status is not None
        return WorkflowExecutionStatus(status).name

    async def attribute(self, handle: Handle, name: str) -> Any:
        """A search attribute as the server holds it, or None."""
        found = (await handle.describe()).search_attributes.get(name)
        return found[0] if found else None

    # -- the ledger ----------------------------------------------------------------------------

    async def rows(self, handle: Handle) -> list[FactRow]:
        """All that was ever written of it, with what was taken back."""
        subject, _, id_ = handle.id.partition(":")
        return self.ledger.journal_rows(SUBJECTS[subject], id_, superseded=True)

    async def facts(self, handle: Handle) -> list[Fact]:
        """The journal of the opportunity, account or pool, as the ledger has it."""
        return [row.fact for row in await self.rows(handle) if not row.superseded]

    async def kinds(self, handle: Handle) -> list[str]:
        """The kinds of its facts."""
        return [fact.kind for fact in await self.facts(handle)]

    async def until(self, handle: Handle, count: int) -> list[Fact]:
        """The journal once it has that many facts."""
        return await eventually(partial(self.facts, handle), lambda facts: len(facts) >= count)

    async def written(self, handle: Handle) -> list[Fact]:
        """The journal once nothing is on its way to the ledger any more."""
        await eventually(lambda: self.state(handle), lambda state: state["outbox"] == 0)
        return await self.facts(handle)


def id_of(handle: Handle) -> str:
    """The id of the opportunity, account or pool behind the workflow."""
    return handle.id.partition(":")[2]


def message(handle: Handle, event: object, sent_at: str | None = "now", **said: Any) -> Any:
    """A message with an id of its own, stamped now, or otherwise, or (None) not at all."""
    stamp = {"sent_at": now() if sent_at == "now" else sent_at} if sent_at else {}
    return {"event_id": f"{handle.id}/{event}", **stamp, **said}


async def reconcile(world: World) -> Reconciled:
    """A deep round."""
    found: Reconciled = await world.client.execute_workflow(
        "Reconcile",
        True,
        id=new_id("reconcile"),
        task_queue=world.task_queue,
        result_type=Reconciled,
    )
    return found


async def events(handle: Handle) -> list[HistoryEvent]:
    """The history of the run that the handle names, or of the latest."""
    return list((await handle.fetch_history()).events)


async def failed_tasks(handle: Handle) -> list[HistoryEvent]:
    """The workflow tasks of the run that failed or timed out, but for those that the server threw
    away because something came while they wanted to close the run."""
    bad = (EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)
    return [
        event for event in await events(handle) if event.event_type in bad and not _overtaken(event)
    ]


def _overtaken(event: HistoryEvent) -> bool:
    cause = event.workflow_task_failed_event_attributes.cause
    return cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
