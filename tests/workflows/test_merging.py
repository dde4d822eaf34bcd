"""Two accounts become one on the real server: what ran goes on there, and nothing is done twice."""

from collections.abc import Callable

import pytest

from tests.lives.telling import soon
from tests.workflows.world import World, eventually, id_of, new_id, reconcile

EUROS = {"amount": "1200.00", "currency": "EUR"}
WHO = {"actor": "jane", "note": "they are one company"}


def _has(kind: str) -> Callable[[list[str]], bool]:
    return lambda kinds: kind in kinds


@pytest.mark.usefixtures("worker")
async def test_a_merged_accounts_contract_is_renewed_by_the_clock_in_the_other_one(
    world: World,
) -> None:
    a, b = new_id("a"), new_id("b")
    say = world.closeline.say_to_account
    for id in (a, b):
        assert (await say(id, "set_policy", policy="brief")).accepted
    said = {"start": soon(0), "length": "4s", "recurring": EUROS, "notice": "0s"}
    assert (await say(a, "record_contract", contract_id="c", **said)).accepted
    promise = {"commitment_id": "p", "title": "Train them", "due": soon(86_400)}
    assert (await say(a, "make_commitment", **promise)).accepted
    runs, over = [await world.open(account=a) for _ in range(2)]
    await world.say(over, "withdraw", reason="no_capacity")
    await over.result()
    await eventually(lambda: world.kinds(world.closeline.account(a)), _has("opportunity_ended"))

    assert (await say(a, "merge_into", into=b, **WHO)).accepted
    assert (await world.closeline.account(a).result())["retired_at"]
    here, there = world.closeline.account(a), world.closeline.account(b)
    renewal = world.closeline.opportunity(f"{a}:c:renewal-2")
    opened = (await eventually(lambda: world.facts(renewal), bool))[0]
    handed = [fact for fact in await world.facts(here) if fact.kind == "handed_over"]
    assert opened.occurred_at > handed[0].occurred_at
    for handle in (runs, renewal):
        row = world.ledger.opportunity(id_of(handle))
        assert row
        assert row.account_id == b
    left = (await world.facts(here))[-1]
    assert (left.kind, left.data["reason"]) == ("account_retired", "merged")

    late = {"event_id": "late-1", "commitment_id": "p"}
    for _ in range(2):
        receipt = await say(a, "meet_commitment", **late)
        assert (receipt.accepted, receipt.rule, receipt.detail) == (False, "passed_on", b)
    kinds = await eventually(lambda: world.kinds(there), _has("commitment_met"))
    assert [kinds.count(kind) for kind in ("commitment_met", "opportunity_launched")] == [1, 1]
    assert (await world.closeline.reopen(id_of(over), "they came back")).rule == "passed_on"
    again = world.closeline.opportunity(f"{id_of(over)}~2")
    await eventually(lambda: world.facts(again), bool)
    assert kinds.count("refused") == 0
    state = world.ledger.account_state(b)
    assert state
    assert set(state.open) == {id_of(runs), id_of(again), f"{a}:c:renewal-2"}
    assert (state.merging.coming, set(state.contracts.live)) == ((), {"c"})


@pytest.mark.usefixtures("worker")
async def test_an_account_that_cannot_take_another_says_so_and_both_go_on(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    say = world.closeline.say_to_account
    await say(b, "retire", reason="they moved", within="1s")
    await world.closeline.account(b).result()
    runs = await world.open(account=a)
    assert (await say(a, "merge_into", into=b, **WHO)).accepted
    account = world.closeline.account(a)
    kinds = await eventually(lambda: world.kinds(account), lambda kinds: "merge_declined" in kinds)
    assert "handed_over" not in kinds
    state = world.ledger.account_state(a)
    assert state
    assert (set(state.open), state.merging.into) == ({id_of(runs)}, None)


async def test_what_an_account_had_written_and_not_told_when_it_was_killed_is_told_by_its_next_run(
    world: World,
) -> None:
    a, b = new_id("a"), new_id("b")
    account = world.closeline.account(a)
    async with world.worker_to_kill() as worker:
        for id in (a, b):
            assert (await world.closeline.say_to_account(id, "amend", name="Acme")).accepted
        await world.until(account, 2)
        with world.switches.silent:
            await world.closeline.signal_account(a, "merge_into", into=b, **WHO)
            await eventually(lambda: world.kinds(account), _has("account_merging"))
            worker.kill()
            worker.wait()
    await account.terminate("by mistake")
    async with world.worker():
        assert (await reconcile(world)).accounts_started == [a]
        assert (await account.result())["retired_at"]
    there = world.ledger.account_state(b)
    assert there
    assert there.merging.coming == ()
    kinds = await world.kinds(account)
    assert [kinds.count(kind) for kind in ("account_resumed", "merge_agreed")] == [1, 1]
