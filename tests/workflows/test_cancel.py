"""A cancel is an administrator's word: the opportunity ends as withdrawn, wherever it finds it."""

import asyncio

import pytest

from tests.workflows.world import Handle, World, eventually, failed_tasks, message

A_CALL = {"origin": "buyer", "channel": "call"}
with_a_worker = pytest.mark.usefixtures("worker")


async def assert_withdrawn(world: World, handle: Handle, *kinds: str) -> None:
    record = await handle.result()
    assert (record["outcome"], record["reason"]) == ("withdrawn", "cancelled_by_admin")
    assert await world.kinds(handle) == list(kinds)
    assert (await world.facts(handle))[-1].cause == "cancel"
    assert await world.status(handle) == "COMPLETED"


@with_a_worker
async def test_a_cancel_while_it_waits_ends_it_as_withdrawn(world: World) -> None:
    handle = await world.open()
    await handle.cancel()
    await assert_withdrawn(world, handle, "opened", "ended")


@with_a_worker
async def test_a_cancel_right_behind_a_signal_finds_the_signal_applied(world: World) -> None:
    handle = await world.open()
    await handle.signal("change_stage", message(handle, 1, stage="offer"))
    await handle.cancel()
    await assert_withdrawn(world, handle, "opened", "stage_changed", "ended")


@with_a_worker
async def test_a_cancel_during_a_write_waits_for_it_and_loses_nothing(world: World) -> None:
    handle = await world.open()
    with world.switches.slow:
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        await asyncio.sleep(0.2)
        assert await world.kinds(handle) == ["opened"]
        await handle.cancel()
        await assert_withdrawn(world, handle, "opened", "stage_changed", "ended")


@with_a_worker
async def test_a_cancel_while_the_ledger_is_down_is_decided_at_once_and_completes_later(
    world: World,
) -> None:
    handle = await world.open()
    with world.switches.down:
        await handle.cancel()
        state = await eventually(lambda: world.state(handle), lambda state: state["outcome"])
        assert state["outcome"]["reasons"] == ["cancelled_by_admin"]
        assert await world.attribute(handle, "Outcome") == "withdrawn"
        assert await world.status(handle) == "RUNNING"
        assert await world.kinds(handle) == ["opened"]
    await assert_withdrawn(world, handle, "opened", "ended")


async def test_a_cancel_before_the_first_task_ends_it_as_soon_as_it_is_opened(
    world: World,
) -> None:
    handle = await world.start()
    await handle.cancel()
    async with world.worker():
        await assert_withdrawn(world, handle, "opened", "ended")


async def test_with_nothing_cached_every_task_replays_and_a_cancel_is_still_a_cancel(
    world: World,
) -> None:
    async with world.worker(max_cached_workflows=0):
        handle = await world.open()
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        receipt = await world.say(handle, "change_stage", stage="contract")
        assert receipt.accepted
        await handle.cancel()
        await assert_withdrawn(world, handle, "opened", *["stage_changed"] * 2, "ended")


async def test_an_eviction_or_a_worker_that_stops_is_nobodys_cancel(world: World) -> None:
    async with world.worker(max_cached_workflows=2):
        handles = [await world.open(), await world.open()]
        for count in range(2, 5):
            for handle in handles:  # with their accounts they evict each other
                await handle.signal("record_engagement", message(handle, count, **A_CALL))
                await world.until(handle, count)
    async with world.worker():
        for handle in handles:
            assert (await world.state(handle))["outcome"] is None
            assert await world.kinds(handle) == ["opened", *["engaged"] * 3]
            assert not await failed_tasks(handle)
