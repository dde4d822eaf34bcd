"""A workflow is whole before its first message, whatever arrives with the start or before it."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any, Final

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowFailureError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from tests.workflows.world import Handle, World, eventually, message, new_id, now

UNREADABLE = RawValue(Payload(metadata={"encoding": b"binary/encrypted"}, data=b"zz"))


def opening(**said: Any) -> dict[str, Any]:
    return {"opportunity_id": new_id("o"), "process": "patient", "name": "Lifts", **said}


async def test_what_is_sent_with_the_start_and_before_the_first_task_is_applied_in_order(
    world: World,
) -> None:
    handle = await world.start(
        start_signal="change_stage",
        start_signal_args=[{"event_id": "first", "sent_at": now(), "stage": "offer"}],
    )
    await handle.signal("change_stage", message(handle, 2, stage="contract"))
    await handle.signal("no_such_message", {"event_id": "unknown"})
    async with world.worker():
        facts = await world.until(handle, 4)
    assert [fact.kind for fact in facts] == ["opened", "stage_changed", "stage_changed", "refused"]
    assert facts[1].event_id == "first"


async def test_nothing_overtakes_a_migration(world: World) -> None:
    async with world.worker():
        handle = await world.open("patient", process_version=1)
    await handle.signal("migrate", message(handle, 1, process_version=2))
    await handle.signal("change_stage", message(handle, 2, stage="offer"))
    async with world.worker():
        await world.until(handle, 3)
    assert await world.kinds(handle) == ["opened", "migrated", "stage_changed"]


async def test_a_direct_start_waits_for_its_admission_and_is_adopted_by_its_account(
    world: World,
) -> None:
    async with world.worker():
        with world.switches.down:
            handle = await world.start(account="adopter")
            await handle.signal("change_stage", message(handle, 1, stage="offer"))
            asked = asyncio.create_task(world.say(handle, "change_stage", stage="contract"))
            await eventually(handle.describe, lambda d: d.raw_description.pending_activities)
        receipt = await asked
        assert (receipt.accepted, receipt.sequence, receipt.stage) == (True, 3, "contract")
        assert [fact.kind for fact in await world.written(handle)] == [
            "opened",
            "stage_changed",
            "stage_changed",
        ]
        account = world.closeline.account("adopter")
        await eventually(lambda: account.query("opportunities"), lambda o: len(o) == 1)
        assert await world.kinds(account) == ["account_opened", "opportunity_adopted"]


async def test_an_account_that_is_not_there_begins_with_the_first_message(world: World) -> None:
    account_id = new_id("a")
    await world.closeline.signal_account(account_id, "amend", owner="ann")
    await world.closeline.signal_account(account_id, "open_opportunity", **opening())
    async with world.worker():
        account = world.closeline.account(account_id)
        await eventually(lambda: world.kinds(account), lambda kinds: len(kinds) == 3)
        assert await world.kinds(account) == [
            "account_opened",
            "account_amended",
            "opportunity_launched",
        ]


@pytest.fixture
def forgotten() -> Iterator[None]:
    """The SDK forgets the `run` of a workflow whose beginning fails; Python says so, sometime."""
    yield
    gc.collect()


BAD_STARTS: Final[tuple[tuple[list[Any], str], ...]] = (
    ([], "body: one_json_object"),
    ([None], "body: one_json_object"),
    ([[1]], "body: one_json_object"),
    ([UNREADABLE], "body: undecodable"),
    ([{}], "account_id: required"),
    ([{"account_id": "x"}], "opening: required"),
    ([{"account_id": "x", "opening": opening(), "more": 1}], "more: unknown_field"),
    ([{"account_id": "x", "opening": {"process": "patient"}}], "opening.opportunity_id: required"),
    ([{"account_id": "x", "opening": opening(name=7)}], "opening.name: string_type"),
    ([{"account_id": "x", "opening": opening(process="none")}], "process: unknown_process"),
    ([{"account_id": "x", "opening": opening(process="gated")}], "gate: amount"),
    ([{"account_id": "x", "opening": opening(stage="none")}], "stage: unknown_stage"),
    ([{"state": {}, "outbox": []}], "state.id: required"),
)


@pytest.mark.usefixtures("forgotten", "worker")
async def test_a_bad_start_fails_at_once_and_names_the_field_and_the_rule(world: World) -> None:
    told = await asyncio.gather(*(failure(world, arguments) for arguments, _ in BAD_STARTS))
    assert [words.partition(" (")[0] for words in told] == [words for _, words in BAD_STARTS]


async def failure(world: World, arguments: list[Any]) -> str:
    """What the start with these arguments fails with, and it has to fail soon."""
    handle: Handle = await world.client.start_workflow(
        "Opportunity",
        args=arguments,
        id=f"opportunity:{new_id('bad')}",
        task_queue=world.task_queue,
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(handle.result(), 8)
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.details[0].keys() == {"field", "rule"}
    return cause.message


@pytest.mark.usefixtures("worker")
async def test_an_id_is_taken_for_ever_even_from_a_direct_start(world: World) -> None:
    handle = await world.open()
    await handle.cancel()
    await handle.result()
    taken = opening(opportunity_id=handle.id.partition(":")[2])
    again = await world.client.start_workflow(
        "Opportunity",
        {"account_id": "another", "opening": taken},
        id=handle.id,
        task_queue=world.task_queue,
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await again.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == "opportunity_id: id_taken"
