"""Write `tests/histories/`: what the runs of this release look like, from a real server.

    python -m tests.record_histories

Later releases must replay them. They are written anew only where no older run can be met.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from ledger.ledger import Ledger
from settings import NAMESPACE
from starter.program import find_program
from tests.workflows.test_malformed import SHAPES
from tests.workflows.test_reset import reset
from tests.workflows.world import Handle, World, eventually, id_of, message, new_id
from workflows.attributes import ATTRIBUTES

FOLDER: Final = Path(__file__).parent / "histories"
RECORDER: Final = "recorder"
A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
A_YES: Final[dict[str, Any]] = {"decision": "yes", "reasons": ["value"]}
A_NO: Final[dict[str, Any]] = {"decision": "no", "reasons": ["price"]}
AN_ORDER: Final[dict[str, Any]] = {"evidence": {"kind": "purchase_order", "reference": "PO-1"}}

Life = Callable[[World], Awaitable[None]]


def soon(seconds: float) -> str:
    """An instant a little later than now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def tell(handle: Handle, *told: tuple[str, dict[str, Any]], pause: float = 0.1) -> None:
    """These signals, one after the other."""
    for kind, said in told:
        await handle.signal(kind, message(handle, new_id(kind), **said))
        await asyncio.sleep(pause)


async def won_by_signals(world: World) -> None:
    handle = await world.open(amount={"amount": "1200.00", "currency": "EUR"}, owner="ann")
    await tell(
        handle,
        ("change_stage", {"stage": "offer"}),
        ("amend", {"stakeholders": {"p-1": {"role": "champion", "name": "Kim"}}}),
        ("record_engagement", {**A_CALL, "stakeholder_id": "p-1"}),
        ("log_effort", {"hours": "1.5"}),
        ("record_decision", A_YES),
        ("record_purchase", AN_ORDER),
    )
    await handle.result()


async def lost_by_updates(world: World) -> None:
    handle = await world.open()
    for stage in ("nowhere", "contract", "offer"):
        await world.say(handle, "change_stage", stage=stage)
    await world.say(handle, "record_decision", **A_NO)
    await handle.result()


async def expired_with_warnings(world: World) -> None:
    await (await world.open("warned")).result()


async def expired_after_an_outage(world: World) -> None:
    async with world.worker(identity=RECORDER):
        handle = await world.open("hasty")
    await asyncio.sleep(6.5)
    await handle.signal("record_engagement", message(handle, "behind", **A_CALL))
    async with world.worker(identity=RECORDER):
        await handle.result()


async def parked_extended_and_migrated(world: World) -> None:
    handle = await world.open()
    await tell(
        handle,
        ("park", {"until": soon(1), "reason": "holidays"}),
        ("extend", {"close_date": soon(86_400), "reason": "a new date"}),
        ("migrate", {"process_version": 2}),
        ("migrate", {"process_version": 7}),
    )
    await world.until(handle, 6)
    await world.say(handle, "migrate", process_version=1)


async def cancelled(world: World) -> None:
    handle = await world.open()
    await tell(handle, ("change_stage", {"stage": "offer"}), pause=0)
    await handle.cancel()
    await handle.result()


async def spoken_to_in_any_shape(world: World) -> None:
    handle = await world.open("long")
    large = ("a long text", "many fields", "too deep", "a huge number")
    shapes = [each for name, each in SHAPES.items() if name not in large]
    for arguments, _, _ in shapes:
        await handle.signal("change_stage", args=arguments)
    await handle.signal("no_such_message", args=[1, 2])
    await world.until(handle, len(shapes) + 2)


async def started_directly(world: World) -> None:
    handle = await world.start(
        start_signal="change_stage", start_signal_args=[{"event_id": "early", "stage": "offer"}]
    )
    await handle.signal("change_stage", message(handle, "next", stage="contract"))
    async with world.worker(identity=RECORDER):
        await world.until(handle, 3)


async def rolled_over(world: World) -> None:
    handle = await world.open()
    for number in range(40):
        await tell(handle, ("record_engagement", {**A_CALL, "summary": f"{number}"}), pause=0.02)
        if number % 4 == 0:
            await world.say(handle, "record_engagement", **A_CALL)
    await tell(handle, ("record_decision", A_NO))
    await handle.result()


async def without_a_ledger(world: World) -> None:
    handle = await world.open()
    with world.switches.down:
        await tell(handle, ("change_stage", {"stage": "offer"}), ("record_decision", A_NO))
        await tell(handle, ("record_engagement", A_CALL))
        await eventually(lambda: world.state(handle), lambda state: state["outcome"])
    await handle.result()


async def thrown_back(world: World) -> None:
    handle = await world.open("long")
    for number in range(3):
        await tell(handle, ("record_engagement", {**A_CALL, "summary": f"{number}"}))
    await world.until(handle, 4)
    handle = await reset(world, handle, 1)
    await handle.signal("recheck", {})
    await eventually(lambda: world.kinds(handle), lambda kinds: "reset_noticed" in kinds)
    await tell(handle, ("record_decision", A_NO))
    await handle.result()
    handle = await reset(world, handle, 1)
    await tell(handle, ("log_effort", {"hours": "1"}))
    await handle.result()


async def an_account_of_many(world: World) -> None:
    account_id = f"account-{world.task_queue}"
    handles = [await world.open(account=account_id) for _ in range(3)]
    account = world.closeline.account(account_id)
    await world.closeline.open_opportunity(
        account_id, id_of(handles[0]), process="patient", name="x"
    )
    await world.say(handles[0], "record_decision", **A_NO)
    await handles[0].result()
    await world.say(handles[0], "record_engagement", **A_CALL)
    await world.closeline.reopen(id_of(handles[0]), "they called again")
    await account.signal("late_message", args=[])
    before = (await account.describe()).run_id
    await account.cancel()
    await eventually(account.describe, lambda described: described.run_id != before)
    await eventually(lambda: world.kinds(account), lambda kinds: kinds.count("refused") == 3)
    await world.written(account)
    await account.terminate("by an admin")
    await world.closeline.say_to_account(account_id, "amend", owner="ann")
    await world.closeline.say_to_account(account_id, "retire", reason="they moved", within="5s")
    await account.result()


async def an_account_that_rolls_over(world: World) -> None:
    account_id = f"account-{world.task_queue}"
    await world.client.start_workflow(
        "Account",
        {"account_id": account_id, "limits": {"events": 20}},
        id=f"account:{account_id}",
        task_queue=world.task_queue,
    )
    for _ in range(6):
        await world.open(account=account_id)


async def reconciled(world: World) -> None:
    handle = await world.open()
    await handle.terminate("by an admin")
    await world.client.execute_workflow(
        "Reconcile", True, id=f"reconcile-{world.task_queue}", task_queue=world.task_queue
    )


LIVES: Final[dict[Life, str]] = {
    won_by_signals: "Opportunity",
    lost_by_updates: "Opportunity",
    expired_with_warnings: "Opportunity",
    parked_extended_and_migrated: "Opportunity",
    cancelled: "Opportunity",
    spoken_to_in_any_shape: "Opportunity",
    rolled_over: "Opportunity",
    without_a_ledger: "Opportunity",
    thrown_back: "Opportunity",
    expired_after_an_outage: "Opportunity",
    started_directly: "Opportunity",
    an_account_of_many: "Account",
    an_account_that_rolls_over: "Account",
    reconciled: "Reconcile",
}
"""What is lived, and whose histories are kept of it."""
WITHOUT_A_WORKER: Final = (expired_after_an_outage, started_directly)


async def record(client: Client, life: Life, database: Path) -> None:
    """Live it, and write the history of every run there was."""
    world = World(client, database)
    if life in WITHOUT_A_WORKER:
        await life(world)
    else:
        async with world.worker(identity=RECORDER):
            await life(world)
    await world.close()
    await asyncio.sleep(0.5)  # until the last run is listed
    query = f"TaskQueue = '{world.task_queue}' AND WorkflowType = '{LIVES[life]}'"
    runs = [run async for run in client.list_workflows(query)]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), 1):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        text = json.dumps(cleaned(json.loads(history.to_json())), separators=(",", ":"))
        (FOLDER / f"{life.__name__}.{number}.json").write_text(text + "\n")


def cleaned(node: Any) -> Any:
    """Without the names of machines and the places of files."""
    if isinstance(node, list):
        return [cleaned(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: cleaned(each) for name, each in node.items() if name != "stackTrace"}
    if kept.get("kind") == "TASK_QUEUE_KIND_STICKY":
        kept["name"] = "sticky"
    return kept


async def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    async with await WorkflowEnvironment.start_local(
        namespace=NAMESPACE,
        identity=RECORDER,
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_program().path),
        dev_server_log_level="error",
    ) as environment:
        with tempfile.TemporaryDirectory() as folder:
            for life, database in zip(LIVES, databases(folder), strict=False):
                await record(environment.client, life, database)
                print(life.__name__)


def databases(folder: str) -> Iterator[Path]:
    """New ledgers, one after the other."""
    while True:
        database = Path(folder, f"{len(list(Path(folder).iterdir()))}.db")
        ledger = Ledger(f"sqlite:///{database}")
        ledger.migrate()
        ledger.close()
        yield database


if __name__ == "__main__":
    asyncio.run(main())
