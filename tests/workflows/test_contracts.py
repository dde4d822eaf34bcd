"""Forty terms in seconds: no renewal is missed, and none is doubled."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sales.account.state import load_account
from tests.workflows.world import World, eventually, new_id

pytestmark = pytest.mark.usefixtures("worker")

EUROS = {"amount": "1000.00", "currency": "EUR"}
YEAR = timedelta(seconds=3)
YEARS = 5
CONTRACTS = 8


async def test_forty_terms_renew_themselves_at_their_instants_across_many_runs(
    world: World,
) -> None:
    account_id = new_id("a")
    account = await world.client.start_workflow(
        "Account",
        {"account_id": account_id, "limits": {"events": 60}},
        id=f"account:{account_id}",
        task_queue=world.task_queue,
    )
    first_run = (await account.describe()).run_id
    say = world.closeline.say_to_account
    assert (await say(account_id, "set_policy", policy="brief")).accepted
    start = datetime.now(UTC)
    said = {"length": "3s", "recurring": EUROS, "auto_renew": True, "notice": "1.5s"}
    for number in range(CONTRACTS):
        body = {"contract_id": f"c{number}", "start": start.isoformat(), **said}
        assert (await say(account_id, "record_contract", **body)).accepted

    def renewed_all(kinds: list[str]) -> bool:
        return kinds.count("term_renewed") > CONTRACTS * YEARS

    await eventually(lambda: world.kinds(account), renewed_all, within=45)
    facts = await world.facts(account)
    renewed = [fact for fact in facts if fact.kind == "term_renewed"]
    for number in range(CONTRACTS):
        mine = [fact for fact in renewed if fact.data["contract_id"] == f"c{number}"][:YEARS]
        assert [fact.data["term"] for fact in mine] == [*range(2, YEARS + 2)]
        assert [fact.occurred_at for fact in mine] == [
            start + YEAR * count for count in range(1, YEARS + 1)
        ]
        assert {fact.data["reason"] for fact in mine} == {"auto_renewed"}
    launched = Counter(
        fact.data["opportunity_id"] for fact in facts if fact.kind == "opportunity_launched"
    )
    assert len(launched) >= CONTRACTS * YEARS
    assert set(launched.values()) == {1}
    assert (await account.describe()).run_id != first_run


async def test_notice_is_the_no_of_the_renewal_and_ends_the_contract_with_its_term(
    world: World,
) -> None:
    account_id = new_id("a")
    await world.closeline.open_account(account_id, "Acme")
    account, say = world.closeline.account(account_id), world.closeline.say_to_account
    await say(account_id, "set_policy", policy="brief")
    start = datetime.now(UTC)
    body = {"start": start.isoformat(), "length": "4s", "recurring": EUROS, "auto_renew": True}
    await say(account_id, "record_contract", contract_id="c", notice="1s", **body)
    renewal = world.closeline.opportunity(f"{account_id}:c:renewal-2")
    await eventually(lambda: world.facts(renewal), bool)
    await say(account_id, "end_contract", contract_id="c", reason="price")
    record = await renewal.result()
    assert (record["outcome"], record["reason"]) == ("lost", "price")
    await eventually(lambda: world.kinds(account), lambda kinds: kinds[-1] == "contract_ended")
    over = (await world.facts(account))[-1]
    assert over.occurred_at == start + timedelta(seconds=4)
    assert over.data["attempts"] == [f"{account_id}:c:renewal-2"]


async def test_a_win_makes_a_contract_and_a_signature_renews_it(
    world: World,
) -> None:
    account_id = new_id("a")
    order = await world.open(account=account_id, recurring=EUROS, amount=EUROS, product="Lifts")
    account, say = world.closeline.account(account_id), world.closeline.say_to_account
    await say(account_id, "set_policy", policy="brief")
    signed = {"evidence": {"kind": "signed_contract", "reference": "1"}}
    await world.say(order, "record_purchase", **signed)
    kinds = await eventually(
        lambda: world.kinds(account), lambda kinds: "contract_recorded" in kinds
    )
    assert kinds[-2:] == ["opportunity_ended", "contract_recorded"]
    recorded = (await world.facts(account))[-1]
    assert recorded.data["product"] == "Lifts"
    renewal = world.closeline.opportunity(f"{recorded.data['opportunity_id']}:renewal-2")
    await eventually(lambda: world.facts(renewal), bool)
    await world.say(renewal, "record_purchase", **signed, amount={**EUROS, "amount": "900"})
    await eventually(lambda: world.kinds(account), lambda kinds: "term_renewed" in kinds)
    told = await world.state(account)
    assert world.ledger.account_state(account_id) == load_account(
        {name: value for name, value in told.items() if name != "outbox"}
    )
