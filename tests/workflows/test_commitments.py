"""What is promised falls due by itself, on the real server, and by one timer."""

from datetime import datetime, timedelta

import pytest

from sales.account.state import load_account
from sales.facts import Fact
from tests.workflows.world import Handle, World, events, eventually, now

pytestmark = pytest.mark.usefixtures("worker")

SIGNED = {"evidence": {"kind": "signed_contract", "reference": "1"}}


async def managed(world: World, account_id: str) -> Handle:
    client = world.closeline
    await client.open_account(account_id, "Acme")
    assert (await client.say_to_account(account_id, "set_policy", policy="keeping")).accepted
    return client.account(account_id)


def breaches(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind == "commitment_breached"]


async def test_a_clock_strikes_by_itself_and_what_was_in_time_puts_it_right(world: World) -> None:
    account, said = await managed(world, "keeping"), world.closeline.say_to_account
    promise = {"commitment_id": "c1", "title": "Call them back", "level": "quick"}
    assert (await said("keeping", "make_commitment", **promise)).accepted
    begun = now()
    facts = await eventually(lambda: world.facts(account), lambda facts: len(breaches(facts)) == 2)
    (made,) = [fact for fact in facts if fact.kind == "commitment_made"]
    for fact, clock in zip(breaches(facts), ("respond", "resolve"), strict=True):
        assert fact.data["clock"] == clock
        assert fact.occurred_at.isoformat() == made.data["clocks"][clock]["due"]
    await said("keeping", "meet_commitment", commitment_id="c1", occurred_at=begun)
    facts = await world.until(account, len(facts) + 2)
    assert [fact.kind for fact in facts[-2:]] == ["commitment_responded", "commitment_met"]
    assert [fact.data["corrects"] for fact in facts[-2:]] == [True, True]
    await world.written(account)
    state = await world.state(account)
    del state["outbox"]
    assert load_account(state) == world.ledger.account_state("keeping")
    started = [each for each in await events(account) if each.event_type == 17]  # a timer begins
    assert len(started) <= 4  # for two warnings and two deadlines, and nothing in between


async def test_a_win_leaves_what_it_promised_to_its_account(world: World) -> None:
    account = await managed(world, "promised")
    promised = {"o1": {"description": "Halve the time to quote"}}
    handle = await world.open(account="promised", objectives=promised)
    await world.say(handle, "record_purchase", **SIGNED)
    await handle.result()
    made = (await world.until(account, 6))[-1]
    assert (made.kind, made.data["title"]) == ("commitment_made", "Halve the time to quote")
    due = datetime.fromisoformat(made.data["clocks"]["resolve"]["due"])
    assert due - made.occurred_at == timedelta(days=30)
