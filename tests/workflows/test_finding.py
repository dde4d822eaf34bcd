"""What a customer may need next is launched once, and what comes too late is not lost."""

import asyncio
from typing import Any

import pytest

from sales.facts import Fact
from sales.receipt import Receipt
from tests.workflows.world import Handle, World, eventually, id_of, new_id

pytestmark = pytest.mark.usefixtures("worker")

A_CALL = {"origin": "buyer", "channel": "mail"}
SIGNED = {"evidence": {"kind": "signed_contract", "reference": "1"}}
A_NO = {"decision": "no", "reasons": ["price"]}


async def managed(world: World) -> str:
    """An account that is managed by the policy of these tests."""
    account = new_id("a")
    assert (await say(world, account, "set_policy", policy="finding")).accepted
    return account


async def say(world: World, account: str, kind: str, **said: Any) -> Receipt:
    return await world.closeline.say_to_account(account, kind, **said)


async def fact_of(world: World, account: str, kind: str, count: int = 1) -> list[Fact]:
    """The facts of that kind, once there are so many."""

    async def found() -> list[Fact]:
        journal = await world.facts(world.closeline.account(account))
        return [fact for fact in journal if fact.kind == kind]

    return await eventually(found, lambda facts: len(facts) >= count)


async def test_a_need_is_launched_once_and_what_repeats_it_is_refused_with_its_id(
    world: World,
) -> None:
    account = await managed(world)
    need = {"need": "expansion", "product": "Seats", "event_id": "need"}
    both = await asyncio.gather(*(say(world, account, "report_need", **need) for _ in range(2)))
    assert sorted(each.duplicate for each in both) == [False, True]
    (launched,) = await fact_of(world, account, "opportunity_launched")
    opportunity = world.closeline.opportunity(launched.data["opportunity_id"])
    state = await eventually(lambda: world.state(opportunity), lambda state: state["product"])
    assert (state["product"], state["name"]) == ("Seats", "Expansion: Seats")
    again = await say(world, account, "report_need", need="expansion", product="  seats")
    assert (again.accepted, again.rule) == (False, "duplicate")
    assert again.detail == id_of(opportunity)
    await world.say(opportunity, "withdraw", reason="no_capacity")
    await opportunity.result()
    await fact_of(world, account, "opportunity_ended")
    assert (await say(world, account, "report_need", need="expansion", product="seats")).accepted
    assert len(await fact_of(world, account, "opportunity_launched", 2)) == 2


async def test_an_opening_that_repeats_an_open_one_by_its_reference_is_refused(
    world: World,
) -> None:
    account = await managed(world)
    handle = await world.open(account=account, reference="crm-7")
    opening = {"process": "patient", "name": "x", "reference": "crm-7"}
    other = await world.closeline.open_opportunity(account, new_id("o"), **opening)
    assert (other.accepted, other.rule, other.detail) == (False, "duplicate", id_of(handle))
    both = await asyncio.gather(
        *(
            world.closeline.open_opportunity(
                account, new_id("o"), **{**opening, "reference": "crm-8"}
            )
            for _ in range(2)
        )
    )
    assert sorted(each.accepted for each in both) == [False, True]
    kept = await world.written(world.closeline.account(account))
    assert [fact.sequence for fact in kept] == [*range(1, len(kept) + 1)]
    launched = [fact for fact in kept if fact.kind == "opportunity_launched"]
    assert len(launched) == 2


async def test_what_comes_for_a_duplicate_is_heard_by_the_survivor_once(world: World) -> None:
    account = await managed(world)
    twin, survivor = [await world.open(account=account) for _ in range(2)]
    marked = {"opportunity_id": id_of(twin), "survivor_id": id_of(survivor)}
    assert (await say(world, account, "mark_duplicate", **marked)).accepted
    record = await twin.result()
    assert (record["outcome"], record["reason"]) == ("withdrawn", "duplicate")
    await fact_of(world, account, "opportunity_ended")
    for _ in range(2):
        receipt = await world.say(twin, "record_engagement", event_id="mail-1", **A_CALL)
        assert receipt.rule == "ended"
    await world.closeline.signal(id_of(twin), "withdraw", event_id="off", reason="no_capacity")
    await fact_of(world, account, "late_message_kept", 2)
    kinds = await eventually(lambda: world.kinds(survivor), lambda kinds: "engaged" in kinds)
    assert kinds.count("engaged") == 1
    assert await world.status(survivor) == "RUNNING"


async def test_a_late_purchase_begins_a_successor_that_hears_it_and_is_won(world: World) -> None:
    account = await managed(world)
    lost = await world.open(account=account, amount={"amount": "10", "currency": "EUR"})
    await world.say(lost, "record_decision", **A_NO)
    await lost.result()
    await fact_of(world, account, "opportunity_ended")
    for event in ("paid", "paid", "paid again"):
        await world.say(lost, "record_purchase", event_id=event, **SIGNED)
    successor = world.closeline.opportunity(f"{id_of(lost)}~2")
    await fact_of(world, account, "opportunity_ended", 2)
    record = await successor.result()
    assert (record["outcome"], record["predecessor_id"]) == ("won", id_of(lost))
    await asyncio.sleep(0.3)
    assert len(await fact_of(world, account, "opportunity_launched")) == 2
    ended = world.ledger.end_of(id_of(lost))
    assert ended
    assert ended["outcome"] == "lost"


async def test_nothing_begins_again_behind_a_win(world: World) -> None:
    account = await managed(world)
    won = await world.open(account=account)
    await world.say(won, "record_purchase", **SIGNED)
    await won.result()
    await fact_of(world, account, "opportunity_ended")
    await world.say(won, "record_purchase", **SIGNED)
    await fact_of(world, account, "late_message_kept")
    assert "opportunity_wanted" not in await world.kinds(world.closeline.account(account))


async def test_a_rule_fires_by_the_clock_and_what_nobody_answers_lapses(world: World) -> None:
    account = await managed(world)
    won = await world.open(account=account)
    await world.say(won, "record_purchase", **SIGNED)
    await won.result()
    (found,) = await fact_of(world, account, "need_found")
    assert (found.data["rule"], found.data["adds_on_to"]) == ("after_a_win", id_of(won))
    (ended,) = await fact_of(world, account, "opportunity_ended")
    assert (found.occurred_at - ended.occurred_at).total_seconds() == 1
    (lapsed,) = await fact_of(world, account, "need_lapsed")
    assert (lapsed.occurred_at - found.occurred_at).total_seconds() == 2


async def test_a_referral_opens_an_opportunity_elsewhere_and_is_answered(world: World) -> None:
    account, other = await managed(world), await managed(world)
    said = {"to_account": other, "name": "Globex", "product": "Lifts", "words": "their sister"}
    assert (await say(world, account, "record_referral", **said)).accepted
    (launched,) = await fact_of(world, other, "opportunity_launched")
    opportunity = world.closeline.opportunity(launched.data["opportunity_id"])
    row = await eventually(lambda: _row(world, opportunity), lambda row: row)
    assert (row.lead_source, row.product) == ("referral", "Lifts")
    assert (await world.state(world.closeline.account(other)))["name"] == "Globex"
    await world.say(opportunity, "record_purchase", **SIGNED)
    answers = await fact_of(world, account, "referral_answered", 3)
    assert [each.data["answer"] for each in answers] == ["waits", "launched", "won"]


async def test_a_referral_to_an_account_that_nobody_knows_starts_it(world: World) -> None:
    account, other = await managed(world), new_id("a")
    await say(world, account, "record_referral", to_account=other, product="Lifts")
    (passed,) = await fact_of(world, other, "need_passed_over")
    assert passed.data["why"] == "not_in_policy"  # these tests know no standard policy
    (answer,) = await fact_of(world, account, "referral_answered")
    assert answer.data["answer"] == "not_in_policy"


async def _row(world: World, handle: Handle) -> Any:
    return world.ledger.opportunity(id_of(handle))
