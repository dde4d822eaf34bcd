"""A run that tried to roll over in vain does one task as if nothing were before it tries again."""

from dataclasses import replace

from temporalio.testing import ActivityEnvironment

from activities import rolling
from activities.rolling import may_roll_over


async def asked(run_id: str) -> bool:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_run_id=run_id)
    return await environment.run(may_roll_over)


async def test_who_asks_again_has_tried_in_vain_and_waits_for_one_task() -> None:
    assert [await asked("busy") for _ in range(4)] == [True, False, True, False]


async def test_one_runs_tries_are_nothing_to_another() -> None:
    assert await asked("one")
    assert await asked("another")


async def test_only_so_many_are_remembered() -> None:
    assert await asked("first of many")
    for number in range(rolling.REMEMBERED):
        await asked(f"many {number}")
    assert len(rolling._tried) == rolling.REMEMBERED
    assert await asked("first of many")
