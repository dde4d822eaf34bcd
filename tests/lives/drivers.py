"""Lives that lead the drivers through what they can meet: outages, resets, rollovers, orphans."""

import asyncio

from tests.lives.telling import A_CALL, A_NO, A_YES, AN_ORDER, RECORDER, soon, tell
from tests.workflows.processes import PATIENT
from tests.workflows.test_malformed import ENCRYPTED, SHAPES
from tests.workflows.test_reset import reset
from tests.workflows.world import World, eventually, id_of, message, new_id


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
    for number in range(70):  # more than a run takes: they wait on in the next
        said = {**A_CALL, "surplus": 1} if number == 7 else A_CALL
        await handle.signal("record_engagement", message(handle, number, **said))
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
    await handle.signal("no_such_message", args=[ENCRYPTED])
    await handle.execute_update("submit", args=[7])
    await world.until(handle, len(shapes) + 4)


async def started_directly(world: World) -> None:
    handle = await world.start(
        start_signal="change_stage", start_signal_args=[{"event_id": "early", "stage": "offer"}]
    )
    await handle.signal("change_stage", message(handle, "next", stage="contract"))
    async with world.worker(identity=RECORDER):
        await world.until(handle, 3)


async def rolled_over(world: World) -> None:
    handle = await world.open()
    first = (await handle.describe()).run_id
    for number in range(40):
        await tell(handle, ("record_engagement", {**A_CALL, "summary": f"{number}"}), pause=0.02)
        if number % 4 == 0:
            await world.say(handle, "record_engagement", **A_CALL)
    await eventually(handle.describe, lambda described: described.run_id != first)
    await tell(handle, ("record_decision", A_NO))
    await handle.result()


async def without_a_ledger(world: World) -> None:
    handle = await world.open()
    with world.switches.down:
        await tell(handle, ("change_stage", {"stage": "offer"}), ("record_decision", A_NO))
        await tell(handle, ("record_engagement", A_CALL))
        await eventually(lambda: world.state(handle), lambda state: state["outcome"])
        await handle.cancel()
        await asyncio.sleep(0.5)
    await handle.result()
    other = await world.open()
    with world.switches.down:
        effort = ("log_effort", {"hours": "1"})
        await tell(other, effort, effort, ("migrate", {"process_version": 1}))
        await eventually(lambda: world.state(other), lambda state: state["sequence"] == 4)
    await world.until(other, 4)


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


async def thrown_back_past_its_end(world: World) -> None:
    handle = await world.open("long")
    await handle.signal("recheck", {})  # nobody knows more than it does
    await asyncio.sleep(0.5)
    await tell(handle, ("record_decision", A_NO))
    await handle.result()
    handle = await reset(world, handle, 1)
    await handle.signal("recheck", {})
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


async def an_account_whose_child_runs_already(world: World) -> None:
    account_id, opening = f"account-{world.task_queue}", {"process": "patient", "name": "x"}
    await world.closeline.open_account(account_id, "Acme")
    id = new_id("o")
    start = {
        "account_id": account_id,
        "opening": {**opening, "opportunity_id": id},
        "process": PATIENT.model_dump(mode="json"),
    }
    with world.switches.down:
        await world.client.start_workflow(
            "Opportunity", start, id=f"opportunity:{id}", task_queue=world.task_queue
        )
        await asyncio.sleep(4)  # so that its own write is not tried again at once
    await world.closeline.open_opportunity(account_id, id, **opening)


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
