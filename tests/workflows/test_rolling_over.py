"""A run that has grown hands everything to the next: no message is lost on the way, none counts
twice, and the ledger need not be there."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from temporalio.worker import Replayer

from sales.receipt import Receipt
from tests.workflows.world import Handle, World, eventually, message, new_id

pytestmark = pytest.mark.usefixtures("worker")

A_CALL = {"origin": "buyer", "channel": "call"}


async def runs(world: World, handle: Handle) -> int:
    """In how many runs its facts were written."""
    return len({row.run_id for row in await world.rows(handle)})


async def another_run(handle: Handle, before: str | None) -> None:
    await eventually(handle.describe, lambda described: described.run_id != before)


async def paced(sending: list[Coroutine[Any, Any, Any]], pause: float) -> list[Receipt]:
    """Send one after the other, without waiting for answers; the receipts, once all are in."""
    tasks = []
    for each in sending:
        tasks.append(asyncio.create_task(each))
        await asyncio.sleep(pause)
    return [answer for answer in await asyncio.gather(*tasks) if isinstance(answer, Receipt)]


async def burst(world: World, handle: Handle, first: int, count: int) -> list[Receipt]:
    """Every event twice, in any order, every fifth message an update."""
    twice = [number for number in range(first, first + count) for _ in range(2)]
    random.Random(7).shuffle(twice)
    sending: list[Coroutine[Any, Any, Any]] = []
    for place, number in enumerate(twice):
        said = message(handle, number, None, **A_CALL)
        if place % 5:
            sending.append(handle.signal("record_engagement", said))
        else:
            sending.append(world.say(handle, "record_engagement", **said))
    return await paced(sending, 0.02)


async def assert_each_once(world: World, handle: Handle, count: int) -> None:
    facts = await world.until(handle, count + 1)
    heard = Counter(fact.event_id for fact in facts[1:])
    assert heard == {f"{handle.id}/{number}": 1 for number in range(count)}
    assert [fact.sequence for fact in facts] == list(range(1, count + 2))
    state = await eventually(partial(world.state, handle), lambda state: not state["outbox"])
    assert state["sequence"] == count + 1


async def test_a_burst_over_several_runs_counts_each_event_once(world: World) -> None:
    handle = await world.open()
    receipts = []
    for first in (0, 40):
        before = (await handle.describe()).run_id
        receipts += await burst(world, handle, first, 40)
        await another_run(handle, before)
    await assert_each_once(world, handle, 80)
    assert await runs(world, handle) > 1
    facts = {fact.event_id: fact.sequence for fact in await world.facts(handle)}
    assert len(receipts) == 32
    assert all(receipt.accepted for receipt in receipts)
    assert all(receipt.sequence == facts[receipt.event_id] for receipt in receipts)


async def test_it_rolls_over_with_the_outbox_in_hand_while_the_ledger_is_down(
    world: World,
) -> None:
    handle = await world.open()
    first_run = (await handle.describe()).run_id
    with world.switches.down:
        await burst(world, handle, 0, 50)
        state = await eventually(lambda: world.state(handle), lambda state: state["outbox"] == 50)
        assert state["sequence"] == 51
        assert await world.kinds(handle) == ["opened"]
        await another_run(handle, first_run)
    await assert_each_once(world, handle, 50)


async def test_the_same_event_by_signal_and_by_update_in_another_run_is_one_effect_and_one_receipt(
    world: World,
) -> None:
    handle = await world.open()
    moved, wrong = (
        message(handle, event, stage=stage) for event, stage in (("a", "offer"), ("b", "nowhere"))
    )
    await handle.signal("change_stage", moved)
    first = await world.say(handle, "change_stage", **wrong)
    first_run = (await handle.describe()).run_id
    await burst(world, handle, 0, 50)
    await another_run(handle, first_run)
    again = await world.say(handle, "change_stage", **moved)
    await handle.signal("change_stage", wrong)
    second = await world.say(handle, "change_stage", **wrong)

    assert (again.accepted, again.duplicate, again.sequence) == (True, True, 2)
    assert (first.accepted, first.duplicate, first.rule) == (False, False, "unknown_stage")
    assert (second.accepted, second.duplicate) == (False, True)
    assert (second.rule, second.sequence) == (first.rule, first.sequence)
    kinds = [fact.kind for fact in await world.written(handle)]
    assert (kinds.count("stage_changed"), kinds.count("refused")) == (1, 1)


async def test_an_account_opens_opportunities_while_it_rolls_over(world: World) -> None:
    account_id, names = new_id("a"), [new_id("o") for _ in range(20)]
    await world.client.start_workflow(
        "Account",
        {"account_id": account_id, "limits": {"events": 40}},
        id=f"account:{account_id}",
        task_queue=world.task_queue,
    )
    account = world.closeline.account(account_id)
    first_run = (await account.describe()).run_id
    sending: list[Coroutine[Any, Any, Any]] = []
    for place, name in enumerate(names * 2):
        said = {"opportunity_id": name, "process": "patient", "name": "Lifts"}
        event = message(account, name, **said)
        if place % 3:
            sending.append(account.signal("open_opportunity", event))
        else:
            sending.append(world.closeline.say_to_account(account_id, "open_opportunity", **event))
    receipts = await paced(sending, 0.03)

    assert len(receipts) == 14
    assert all(receipt.accepted and receipt.workflow_id for receipt in receipts)
    await world.until(account, 21)
    facts = await world.written(account)
    launched = [f.data["opportunity_id"] for f in facts if f.kind == "opportunity_launched"]
    assert sorted(launched) == sorted(names)
    assert [fact.sequence for fact in facts] == list(range(1, 22))
    await another_run(account, first_run)
    for name in names:
        (opened,) = await world.until(world.closeline.opportunity(name), 1)
        assert opened.kind == "opened"


async def test_a_run_that_waited_long_for_the_ledger_replays_as_it_ran(
    world: World, replayer: Replayer
) -> None:
    # A task of a second shows that it lives after 0.8. A replay takes such signs together with the
    # task before, if that had nothing to do; at some limit or other they make the run too long.
    accounts = [await waiting(world, limit) for limit in range(20, 32, 2)]
    for number in range(1, 5):
        await asyncio.gather(*(need(account, number - 1) for account in accounts))
        await asyncio.sleep(0.3)
        with world.switches.silent:
            await asyncio.gather(*(need(account, number) for account in accounts))
            await asyncio.sleep(1.7)
        for account in accounts:
            await eventually(partial(world.state, account), lambda state: not state["outbox"])
    assert await runs(world, accounts[0]) > 1
    for account in accounts:
        for run_id in {row.run_id for row in await world.rows(account)}:
            run = world.client.get_workflow_handle(account.id, run_id=run_id)
            await replayer.replay_workflow(await run.fetch_history())


async def need(account: Handle, number: int) -> None:
    said = message(account, number, need_id=str(number), need="expansion")
    await account.signal("report_need", said)


async def waiting(world: World, limit: int) -> Handle:
    """An account that may have so many events, and a second for each task."""
    account_id = new_id("a")
    return await world.client.start_workflow(
        "Account",
        {"account_id": account_id, "limits": {"events": limit}},
        id=f"account:{account_id}",
        task_queue=world.task_queue,
        task_timeout=timedelta(seconds=1),
    )
