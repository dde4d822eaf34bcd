"""An opportunity goes to another account: one of both has it at any time, and nothing is lost."""

import asyncio
from typing import Any

import pytest

from tests.workflows.world import Handle, World, eventually, id_of, new_id, reconcile

pytestmark = pytest.mark.usefixtures("worker")

SIGNED = {"evidence": {"kind": "signed_contract", "reference": "1"}}


async def opens(world: World, account: str) -> dict[str, Any]:
    """What the account has open, as the ledger has it."""
    state = world.ledger.account_state(account)
    return dict(state.open) if state else {}


async def move(world: World, handle: Handle, a: str, b: str) -> None:
    receipt = await world.closeline.say_to_account(
        a, "move_opportunity", opportunity_id=id_of(handle), to_account=b
    )
    assert receipt.accepted, receipt


async def moved(world: World, handle: Handle, a: str, b: str) -> None:
    """The one account has let it go and the other has it."""
    await eventually(lambda: opens(world, b), lambda held: id_of(handle) in held)
    await eventually(lambda: opens(world, a), lambda held: id_of(handle) not in held)


async def test_an_opportunity_that_moves_is_the_other_accounts_everywhere(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    await move(world, handle, a, b)
    await moved(world, handle, a, b)

    row = world.ledger.opportunity(id_of(handle))
    assert row
    assert row.account_id == b
    assert [each.id for each in world.ledger.opportunities(account_id=b)] == [id_of(handle)]
    assert world.ledger.opportunities(account_id=a) == []
    assert await world.attribute(handle, "AccountId") == b
    assert await world.closeline.account_of(id_of(handle)) == b

    await world.say(handle, "record_purchase", **SIGNED)
    record = await handle.result()
    assert (record["account_id"], record["outcome"]) == (b, "won")
    facts = await eventually(
        lambda: world.kinds(world.closeline.account(b)), lambda kinds: "opportunity_ended" in kinds
    )
    assert facts.count("opportunity_ended") == 1
    assert "opportunity_ended" not in await world.kinds(world.closeline.account(a))
    reopened = await world.closeline.reopen(id_of(handle), "it fell through")
    assert reopened.workflow_id == f"{handle.id}~2"
    await eventually(lambda: opens(world, b), lambda held: f"{id_of(handle)}~2" in held)


async def test_what_still_comes_to_the_old_account_is_passed_on_once(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    await move(world, handle, a, b)
    await moved(world, handle, a, b)
    await world.say(handle, "withdraw", reason="no_capacity")
    await handle.result()
    late = {"kind": "record_engagement", "body": {"origin": "buyer", "channel": "mail"}}
    for _ in range(2):
        await world.closeline.say_to_account(
            a, "late_message", event_id="late:1", opportunity_id=id_of(handle), message=late
        )
    account = world.closeline.account(b)
    kinds = await eventually(
        lambda: world.kinds(account), lambda kinds: "late_message_kept" in kinds
    )
    assert kinds.count("late_message_kept") == 1


async def test_an_end_and_a_move_that_meet_leave_it_to_one_account(world: World) -> None:
    """Whichever comes first in its own journal, one account learns the end and none keeps it."""
    a, b = new_id("a"), new_id("b")
    handles = [await world.open(account=a) for _ in range(6)]

    async def end(number: int, handle: Handle) -> None:
        await asyncio.sleep(0.03 * number)
        await world.closeline.signal(id_of(handle), "withdraw", reason="no_capacity")

    await asyncio.gather(
        *(move(world, handle, a, b) for handle in handles),
        *(end(number, handle) for number, handle in enumerate(handles)),
    )
    for handle in handles:
        await handle.result()
    await eventually(lambda: opens(world, a), lambda held: not held)
    await eventually(lambda: opens(world, b), lambda held: not held)
    ends = [
        (account, fact.data["opportunity_id"])
        for account in (a, b)
        for fact in await world.facts(world.closeline.account(account))
        if fact.kind == "opportunity_ended"
    ]
    assert sorted(id for _, id in ends) == sorted(map(id_of, handles))
    rows = {row.id: row.account_id for row in world.ledger.opportunities()}
    assert {id: account for account, id in ends} == rows


async def test_one_that_goes_round_in_circles_ends_up_where_it_was_sent_last(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    for one, other in ((a, b), (b, a), (a, b)):
        await move(world, handle, one, other)
        await moved(world, handle, one, other)
    assert (await world.kinds(handle)).count("account_changed") == 3


async def test_a_retired_account_declines_and_the_opportunity_stays(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    await world.closeline.open_account(b, "Gone")
    await world.closeline.say_to_account(b, "retire", reason="they moved", within="1s")
    await world.closeline.account(b).result()
    await move(world, handle, a, b)
    kinds = await eventually(
        lambda: world.kinds(world.closeline.account(a)), lambda kinds: kinds[-1] == "offer_declined"
    )
    assert kinds[-2:] == ["opportunity_offered", "offer_declined"]
    assert id_of(handle) in await opens(world, a)
    state = await world.state(world.closeline.account(a))
    assert state["moves"]["going"] == {}


async def test_a_move_while_the_ledger_is_down_waits_for_it(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    await world.closeline.open_account(b, "Other")
    with world.switches.down:
        await move(world, handle, a, b)
        await world.say(handle, "record_engagement", origin="buyer", channel="call")
        await asyncio.sleep(0.5)
        assert id_of(handle) in await opens(world, a)
    await moved(world, handle, a, b)


async def test_reconciliation_makes_an_account_let_go_what_is_anothers(world: World) -> None:
    a, b = new_id("a"), new_id("b")
    handle = await world.open(account=a)
    with world.switches.down:
        await handle.signal("change_account", {"account_id": b, "from_account": a})
        await asyncio.sleep(0.3)
    await moved(world, handle, a, b)
    # As if it had never been told: it takes the opportunity for its own.
    body = {"opportunity_id": id_of(handle), "process": "patient", "from_account": b}
    await world.closeline.say_to_account(a, "adopt_opportunity", **body)
    await eventually(lambda: opens(world, a), lambda held: id_of(handle) in held)
    await asyncio.sleep(2.2)
    found = await reconcile(world)
    assert found.unreleased == [id_of(handle)]
    await moved(world, handle, a, b)
