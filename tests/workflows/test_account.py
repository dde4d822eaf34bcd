"""An account never ends by itself, whatever is done to it, and never loses a child's end."""

import asyncio

import pytest

from sales.account.state import load_account
from tests.workflows.world import Handle, World, eventually, failed_tasks, message, new_id

pytestmark = pytest.mark.usefixtures("worker")

A_YES = {"decision": "yes", "reasons": ["value"]}


async def runs_again(world: World, account: Handle, run_id: str | None) -> None:
    await eventually(account.describe, lambda found: found.run_id != run_id)
    assert await world.status(account) == "RUNNING"


async def test_a_cancel_is_refused_and_the_account_goes_on_with_all_it_knows(
    world: World,
) -> None:
    handle = await world.open(account="lasting")
    account = world.closeline.account("lasting")
    before = (await account.describe()).run_id
    await account.cancel(reason="by mistake")
    await runs_again(world, account, before)
    facts = await world.until(account, 3)
    refused = facts[2]
    assert (refused.data["field"], refused.data["rule"]) == ("account_id", "use_retire")
    assert refused.cause == "cancel"
    await world.say(handle, "withdraw", reason="no_capacity")
    await eventually(lambda: world.kinds(account), lambda kinds: kinds[-1] == "opportunity_ended")
    assert (
        await world.closeline.open_opportunity("lasting", "o-next", process="patient", name="x")
    ).accepted


async def test_a_terminated_account_is_started_again_by_whoever_reaches_it_with_what_it_knew(
    world: World,
) -> None:
    handle = await world.open(account="killed")
    account = world.closeline.account("killed")
    await world.closeline.say_to_account("killed", "amend", event_id="told", owner="ann")
    before = await world.written(account)
    await account.terminate("by mistake")

    await world.say(handle, "withdraw", reason="no_capacity")
    await handle.result()
    state = await eventually(lambda: world.state(account), lambda state: not state["open"])
    assert state["owner"] == "ann"
    facts = await world.written(account)
    assert facts[: len(before)] == before
    assert [fact.kind for fact in facts[len(before) :]] == ["account_resumed", "opportunity_ended"]
    again = await world.closeline.say_to_account("killed", "amend", event_id="told", owner="bob")
    assert (again.duplicate, again.sequence) == (True, before[-1].sequence)


async def test_what_is_said_while_an_admission_is_under_way_stays_in_the_journal(
    world: World,
) -> None:
    await world.open(account="busy")
    account = world.closeline.account("busy")
    await world.written(account)
    with world.switches.slow:
        opening = asyncio.create_task(
            world.closeline.open_opportunity("busy", new_id("o"), process="patient", name="x")
        )
        await asyncio.sleep(0.3)
        await account.signal("amend", message(account, "meanwhile", owner="ann"))
        assert (await opening).accepted
    facts = await world.written(account)
    assert [fact.kind for fact in facts[2:]] == ["account_amended", "opportunity_launched"]
    told = await world.state(account)
    assert world.ledger.account_state("busy") == load_account(
        {name: value for name, value in told.items() if name != "outbox"}
    )


async def test_a_retirement_withdraws_the_open_opportunities_first(world: World) -> None:
    handles = [await world.open(account="leaving") for _ in range(3)]
    account = world.closeline.account("leaving")
    receipt = await world.closeline.say_to_account("leaving", "retire", reason="they moved")
    assert receipt.accepted
    for handle in handles:
        record = await handle.result()
        assert (record["outcome"], record["reason"]) == ("withdrawn", "account_closed")
    state = await account.result()
    assert state["retired_at"]
    assert (await world.kinds(account))[4:] == [
        "account_retiring",
        *["opportunity_ended"] * 3,
        "account_retired",
    ]
    assert await world.status(account) == "COMPLETED"


async def test_a_retired_account_refuses_to_open_and_still_hears(world: World) -> None:
    await world.open(account="left")
    account = world.closeline.account("left")
    await world.closeline.say_to_account("left", "retire", reason="they moved", within="1s")
    await account.result()
    receipt = await world.closeline.open_opportunity("left", "o-more", process="patient", name="x")
    assert (receipt.accepted, receipt.field, receipt.rule) == (False, "account_id", "retired")
    assert await eventually(lambda: world.status(account), lambda s: s == "COMPLETED")
    assert (await world.kinds(account))[-1] == "refused"


async def test_a_retirement_does_not_wait_for_ever_for_a_child_that_cannot_end(
    world: World,
) -> None:
    handle = await world.open(account="patient-no-more")
    account = world.closeline.account("patient-no-more")
    await handle.terminate("it tells nobody")
    await world.closeline.say_to_account(
        "patient-no-more", "retire", reason="they moved", within="1s"
    )
    await account.result()
    facts = await world.facts(account)
    assert facts[-1].kind == "account_retired"
    assert facts[-1].data["left_open"] == [handle.id.partition(":")[2]]
    assert not await failed_tasks(account)


async def test_an_opening_that_is_open_already_is_refused_and_says_so(world: World) -> None:
    handle = await world.open(account="double")
    account = world.closeline.account("double")
    name = handle.id.partition(":")[2]
    receipt = await world.closeline.open_opportunity("double", name, process="patient", name="x")
    assert (receipt.accepted, receipt.rule) == (False, "already_open")
    other = await world.closeline.open_opportunity("rival", name, process="patient", name="x")
    assert (other.accepted, other.rule) == (False, "id_taken")
    assert (await world.state(account))["refusals"] == 1


async def test_a_win_is_reopened_as_a_successor_and_stays_a_win(world: World) -> None:
    handle = await world.open(account="again", amount={"amount": "10", "currency": "EUR"})
    signed = message(handle, "signed", evidence={"kind": "signed_contract", "reference": "1"})
    await handle.signal("record_purchase", signed)
    won = await handle.result()
    receipt = await world.closeline.reopen(handle.id.partition(":")[2], "it fell through")
    assert receipt.accepted
    assert receipt.workflow_id == f"{handle.id}~2"
    successor = world.client.get_workflow_handle(receipt.workflow_id)
    state = await world.state(successor)
    assert (state["attempt"], state["predecessor_id"]) == (2, won["opportunity_id"])
    assert state["amount"] == "10"
    # An event that the first attempt took is known to the second.
    again = await world.say(successor, "record_purchase", **signed)
    assert again.duplicate
    assert (await world.state(successor))["outcome"] is None
    assert world.ledger.end_of(won["opportunity_id"]) == won
