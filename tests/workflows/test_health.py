"""An account's health and its surveys on the real server: told by the clock, and searchable."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType

from sales.account.state import load_account
from tests.workflows.world import World, events, eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_health_and_risks_can_be_searched_and_the_page_says_why(world: World) -> None:
    say, id_ = world.closeline.say_to_account, "ailing"
    account = world.closeline.account(id_)
    await say(id_, "set_policy", policy="caring")
    await say(id_, "report_score", component="sentiment", value="0.9")
    await say(id_, "report_payment", invoice="i-1", status="overdue")
    await eventually(lambda: world.attribute(account, "Risks"), lambda held: held)
    attributes = (await account.describe()).search_attributes
    assert (attributes["Health"], attributes["Risks"]) == (
        [0.45],
        ["payment_overdue", "poor_health"],
    )
    page = await account.query("__temporal_workflow_metadata")
    assert "Health: **poor, 0.45**" in str(page)
    assert "nothing is known of usage" in str(page)


async def test_the_clock_tells_that_the_health_has_changed_and_polls_for_nothing(
    world: World,
) -> None:
    say, id_ = world.closeline.say_to_account, "forgetful"
    account = world.closeline.account(id_)
    await say(id_, "set_policy", policy="caring")
    await say(id_, "report_score", component="sentiment", value="0.9")
    await say(id_, "report_usage", metric="logins", value="0")
    facts = await eventually(
        lambda: world.facts(account),
        lambda facts: facts[-1].kind == "health_changed" and facts[-1].cause == "clock",
    )
    began = next(fact for fact in facts if fact.kind == "usage_reported").occurred_at
    by_clock = [
        (fact.data["score"], round((fact.occurred_at - began).total_seconds(), 3))
        for fact in facts
        if fact.cause == "clock"
    ]
    assert by_clock[0] == (0.6, 2.0)
    await asyncio.sleep(4.5)
    told = [fact for fact in await world.facts(account) if fact.kind == "health_changed"]
    assert [fact.data["score"] for fact in told] == [0.9, 0.45, 0.6, 0.72, 0.9]
    timers = [
        e for e in await events(account) if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    ]
    assert len(timers) <= len(told)
    state = load_account({k: v for k, v in (await world.state(account)).items() if k != "outbox"})
    assert world.ledger.account_state(id_) == state


async def test_a_survey_is_asked_and_lapses_by_the_clock(world: World) -> None:
    say, id_ = world.closeline.say_to_account, "silent"
    account = world.closeline.account(id_)
    await say(id_, "set_policy", policy="caring")
    handle = await world.open(account=id_)
    signed = {"kind": "signed_contract", "reference": "1"}
    await world.say(handle, "record_decision", decision="yes", reasons=["value"])
    await world.say(handle, "record_purchase", evidence=signed)
    await handle.result()
    kinds = await eventually(
        lambda: world.kinds(account), lambda kinds: kinds.count("survey_lapsed") == 2, within=15
    )
    assert kinds.count("survey_asked") == 2
