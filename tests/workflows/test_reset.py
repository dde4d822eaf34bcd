"""A reset throws a run back: before its end the ledger follows, past its end the end stands."""

from typing import Any, Final

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

from sales.facts import Fact
from tests.workflows.world import Handle, World, events, eventually, id_of, message, new_id

pytestmark = pytest.mark.usefixtures("worker")

A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
A_CONTRACT: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}


async def reset(world: World, handle: Handle, task: int, reapply: bool = False) -> Handle:
    """Back to the end of its n-th task, from there on with or without the signals."""
    return await throw_back(world.client, handle, task, reapply)


async def throw_back(client: Client, handle: Handle, task: int, reapply: bool) -> Handle:
    """The same without a world."""
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    tasks = [event.event_id for event in await events(handle) if event.event_type == done]
    exclude = ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL
    run_id = (await handle.describe()).run_id
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=run_id),
            reason="by an admin",
            request_id=new_id("reset"),
            workflow_task_finish_event_id=tasks[task - 1],
            reset_reapply_exclude_types=[] if reapply else [exclude],
        )
    )
    return client.get_workflow_handle(handle.id)


async def opened_and(world: World, *told: tuple[str, dict[str, Any]]) -> Handle:
    """An opportunity to which these signals were told, each in a task of its own."""
    handle = await world.open("long", account=new_id("a"))
    for number, (kind, said) in enumerate(told, 2):
        await handle.signal(kind, message(handle, number, **said))
        await world.until(handle, number)
    return handle


async def assert_one_truth(world: World, handle: Handle) -> list[Fact]:
    facts = await world.written(handle)
    journal = await handle.query("journal", result_type=list[Fact])
    assert [fact.digest() for fact in facts] == [fact.digest() for fact in journal]
    return facts


async def test_a_reset_before_the_end_supersedes_what_came_after(world: World) -> None:
    handle = await opened_and(
        world, ("change_stage", {"stage": "offer"}), ("change_stage", {"stage": "contract"})
    )
    handle = await reset(world, handle, 1)
    await eventually(lambda: world.state(handle), lambda state: state["stage"] == "talk")
    await handle.signal("record_engagement", message(handle, "new", **A_CALL))
    await eventually(lambda: world.kinds(handle), lambda kinds: "engaged" in kinds)

    facts = await assert_one_truth(world, handle)
    assert [fact.kind for fact in facts] == ["opened", "engaged"]
    taken_back = [row.fact.kind for row in await world.rows(handle) if row.superseded]
    assert taken_back == ["stage_changed", "stage_changed"]
    row = world.ledger.opportunity(id_of(handle))
    assert row
    assert (row.stage, row.sequence) == ("talk", 2)


async def test_a_reset_that_hears_the_signals_again_changes_nothing(world: World) -> None:
    handle = await opened_and(
        world, ("change_stage", {"stage": "offer"}), ("change_stage", {"stage": "contract"})
    )
    before = await world.rows(handle)
    handle = await reset(world, handle, 1, reapply=True)
    await eventually(lambda: world.state(handle), lambda state: state["stage"] == "contract")
    await assert_one_truth(world, handle)
    assert await world.rows(handle) == before


async def test_a_reset_past_the_end_closes_with_the_stored_end_and_keeps_what_it_heard(
    world: World,
) -> None:
    handle = await opened_and(
        world, ("change_stage", {"stage": "offer"}), ("record_purchase", A_CONTRACT)
    )
    won = await handle.result()
    before = await world.rows(handle)
    with world.switches.down:
        handle = await reset(world, handle, 1)
        for event in "abcd":
            await handle.signal("record_engagement", message(handle, event, None, **A_CALL))
        await eventually(lambda: world.state(handle), lambda state: state["sequence"] == 5)
    assert await handle.result() == {**won, "reset_refused": True}
    assert await world.attribute(handle, "Outcome") == "won"
    assert await world.rows(handle) == before

    account = world.closeline.account(won["account_id"])
    heard = {f"{handle.id}/{event}" for event in "abcd"}
    facts = await eventually(
        lambda: world.facts(account),
        lambda facts: sum(fact.kind == "late_message_kept" for fact in facts) == len(heard),
    )
    late = {fact.event_id for fact in facts if fact.kind == "late_message_kept"}
    assert late == {f"late:{id_of(handle)}:{event}" for event in heard}
    assert sum(fact.kind == "opportunity_ended" for fact in facts) == 1
