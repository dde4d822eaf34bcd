"""A ledger that is down delays; it holds up no decision, and nothing is lost."""

import time

import pytest

from tests.workflows.world import World, eventually, message

pytestmark = pytest.mark.usefixtures("worker")

A_CALL = {"origin": "buyer", "channel": "call"}


async def test_a_deadline_is_decided_on_time_and_told_once_the_ledger_is_back(
    world: World,
) -> None:
    handle = await world.open("hasty", account="patient-account")
    opened = (await world.facts(handle))[0]
    with world.switches.down:
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        asked = time.monotonic()
        receipt = await world.say(handle, "change_stage", stage="nowhere")
        assert time.monotonic() - asked < 1.5
        assert (receipt.accepted, receipt.field, receipt.rule) == (False, "stage", "unknown_stage")
        assert receipt.clock == "buyer_silence"

        state = await eventually(lambda: world.state(handle), lambda state: state["outcome"])
        assert state["outcome"]["reasons"] == ["buyer_silence"]
        assert (await world.state(handle))["outbox"] == 3
        assert await world.attribute(handle, "Outcome") == "expired"
        assert await world.attribute(handle, "Deadline") is None
        late = await world.say(handle, "record_engagement", **A_CALL)
        assert (late.accepted, late.rule, late.outcome) == (False, "ended", "expired")

        (write,) = (await handle.describe()).raw_description.pending_activities
        assert write.activity_type.name == "deliver"
        assert write.last_failure.message == "the ledger is switched off"
        assert await world.status(handle) == "RUNNING"
        assert await world.kinds(handle) == ["opened"]

    record = await handle.result()
    assert record["outcome"] == "expired"
    facts = await world.facts(handle)
    assert [fact.kind for fact in facts] == ["opened", "stage_changed", "refused", "ended", "late"]
    assert 3 <= (facts[3].recorded_at - opened.occurred_at).total_seconds() < 4
    account = world.closeline.account("patient-account")
    kept = await eventually(
        lambda: world.kinds(account), lambda kinds: "late_message_kept" in kinds
    )
    assert "opportunity_ended" in kept


async def test_an_account_hears_and_answers_while_the_ledger_is_down(world: World) -> None:
    handle = await world.open(account="steady")
    account = world.closeline.account("steady")
    with world.switches.down:
        receipt = await world.closeline.say_to_account("steady", "amend", owner="ann")
        assert receipt.accepted
        await account.signal("open_opportunity", message(account, 1, opportunity_id="later"))
        assert (await world.state(account))["owner"] == "ann"
    facts = await world.until(account, 4)
    assert [fact.kind for fact in facts][2:] == ["account_amended", "refused"]
    assert await world.status(handle) == "RUNNING"


async def test_a_slow_ledger_keeps_the_order_of_what_it_is_told(world: World) -> None:
    handle = await world.open()
    with world.switches.slow:
        for number in range(5):
            await handle.signal("record_engagement", message(handle, number, **A_CALL))
        receipt = await world.say(handle, "change_stage", stage="offer")
        assert receipt.accepted
        facts = await world.written(handle)
    assert [fact.kind for fact in facts] == ["opened", *["engaged"] * 5, "stage_changed"]
    assert [fact.sequence for fact in facts] == list(range(1, 8))
