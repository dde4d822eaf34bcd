"""Snapshots are taken by the schedule, each of the time it is meant for, and once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import ScheduleBackfill, ScheduleHandle
from temporalio.service import RPCError

from insight.snapshots.items import read
from ledger.snapshots import Taken, name_of
from starter.schedules import OFF, RECONCILE, SNAPSHOT, ensure_schedules
from tests.workflows.conftest import in_namespace
from tests.workflows.world import World, eventually, id_of, new_id

DAY = timedelta(days=1)
BY_HAND = (sys.executable, "-m", "tests.insight.take_by_hand")
BROKEN = (sys.executable, "-c", "raise SystemExit('out of memory')")


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.snapshot.COMMAND", BY_HAND)


@pytest.fixture
async def schedule(world: World) -> AsyncIterator[ScheduleHandle]:
    """The schedule as a worker makes it, in the world's own queue."""
    await ensure_schedules(world.client, world.task_queue)
    handle = world.client.get_schedule_handle(SNAPSHOT)
    yield handle
    await handle.delete()
    await world.client.get_schedule_handle(RECONCILE).delete()


async def take(world: World, workflow_id: str = "") -> Taken:
    found: Taken = await world.client.execute_workflow(
        "ForecastSnapshot",
        id=workflow_id or new_id("snapshot"),
        task_queue=world.task_queue,
        result_type=Taken,
    )
    return found


async def test_the_schedule_takes_one_for_every_midnight_named_by_it(
    world: World, schedule: ScheduleHandle
) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    missed = [name_of(midnight - back * DAY) for back in (2, 1)]
    async with world.worker():
        first, last = midnight - 2 * DAY, midnight - 0.5 * DAY
        await schedule.backfill(ScheduleBackfill(first - 0.1 * DAY, last))
        kept = await eventually(
            lambda: asyncio.to_thread(world.ledger.snapshots), lambda kept: len(kept) == 2, 30
        )
    assert [each.name for each in kept] == missed
    assert [name_of(each.as_of) for each in kept] == missed
    assert all(each.retroactive for each in kept)


async def test_a_snapshot_holds_what_is_open_and_is_taken_once(world: World) -> None:
    async with world.worker():
        handle = await world.open("long", amount={"amount": "12.34", "currency": "EUR"})
        await asyncio.sleep(1)  # its name is a whole second
        taken = await take(world)
        assert (taken.count, taken.new) == (1, True)
        kept = world.ledger.snapshot(taken.name)
        assert kept
        assert read(kept.items)["opportunity"].tolist() == [id_of(handle)]
        assert not kept.retroactive


async def test_a_process_that_fails_is_tried_again_and_nothing_is_kept_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.snapshot.COMMAND", BROKEN)
    async with world.worker():
        running = asyncio.create_task(take(world))
        await asyncio.sleep(1)
        assert world.ledger.snapshots() == []
        monkeypatch.setattr("activities.snapshot.COMMAND", BY_HAND)
        assert (await running).new
    assert len(world.ledger.snapshots()) == 1


async def test_nobody_waits_for_a_snapshot_and_a_worker_that_stops_leaves_no_process(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    code = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); time.sleep(99)"
    monkeypatch.setattr("activities.snapshot.COMMAND", (sys.executable, "-c", code))

    async def pid() -> str:
        return file.read_text() if file.exists() else ""

    async with world.worker(graceful_shutdown_timeout=timedelta(0)):
        await world.client.start_workflow(
            "ForecastSnapshot", id=new_id("snapshot"), task_queue=world.task_queue
        )
        number = int(await eventually(pid, bool))
        handle = await asyncio.wait_for(world.open("long"), 10)
        assert await world.kinds(handle) == ["opened"]
        os.kill(number, 0)  # it is still there
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_a_schedule_can_be_slower_quicker_or_none(world: World) -> None:
    aside = await in_namespace(world.client, new_id("rhythm"))
    await ensure_schedules(aside, world.task_queue, "6h")
    schedule = aside.get_schedule_handle(SNAPSHOT)
    spec = (await schedule.describe()).schedule.spec
    assert [each.every for each in spec.intervals] == [timedelta(hours=6)]
    await ensure_schedules(aside, world.task_queue, "CRON_TZ=Europe/Berlin 0 6 * * 1-5")
    spec = (await schedule.describe()).schedule.spec
    assert (spec.time_zone_name, spec.intervals, len(spec.calendars)) == ("Europe/Berlin", [], 1)
    for _ in range(2):
        await ensure_schedules(aside, world.task_queue, OFF)
        with pytest.raises(RPCError, match="not found"):
            await schedule.describe()
