"""A pool lends its hours, every end returns them, and nothing that happens to either loses any."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from temporalio.client import WorkflowQueryFailedError

from sales.facts import Fact
from tests.sales.test_pool_any_sequence import audited
from tests.workflows.test_reconcile import listed
from tests.workflows.test_reset import reset, throw_back
from tests.workflows.world import Handle, World, eventually, id_of, message, new_id, reconcile

TERMS: Final[dict[str, Any]] = {"name": "Engineers", "hours": "10", "currency": "EUR"}
A_YES: Final[dict[str, Any]] = {"decision": "yes", "reasons": ["value"]}
A_NO: Final[dict[str, Any]] = {"decision": "no", "reasons": ["price"]}
A_CONTRACT: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No difference is taken for a word on its way: here none is."""
    monkeypatch.setattr("activities.reconcile.IMPATIENCE", timedelta(0))


async def opened(world: World, **terms: Any) -> Handle:
    pool_id = new_id("pool")
    receipt = await world.closeline.say_to_pool(pool_id, "open_pool", **TERMS | terms)
    assert receipt.accepted, receipt
    return world.closeline.pool(pool_id)


async def asks(world: World, pool: Handle, process: str = "long", hours: str = "10") -> Handle:
    """An opportunity that the pool has heard of."""
    handle = await world.open(process)
    asked = await world.say(handle, "request_capacity", pool=id_of(pool), hours=hours)
    assert asked.accepted, asked
    await known(world, pool, handle)
    return handle


async def known(world: World, pool: Handle, handle: Handle) -> None:
    def holds(state: dict[str, Any]) -> bool:
        return id_of(handle) in state["leases"] or id_of(handle) in state["queue"]

    await eventually(lambda: told(world, pool), holds)


async def told(world: World, pool: Handle) -> dict[str, Any]:
    """The pool's own word; nothing while it asks the ledger what it was."""
    try:
        return await world.state(pool)
    except WorkflowQueryFailedError:
        return {"leases": {}, "queue": {}}


async def lent_to(world: World, pool: Handle, *handles: Handle) -> None:
    """These have hours, and nobody else."""
    ids = {id_of(handle) for handle in handles}
    await eventually(lambda: told(world, pool), lambda state: state["leases"].keys() == ids)


async def in_the_ledger(world: World, pool: Handle) -> list[Fact]:
    """The journal, which the pool's own word and its row agree with."""
    facts = await world.written(pool)
    state = await world.state(pool)
    row = world.ledger.pool(id_of(pool))
    assert row
    assert (row.sequence, row.leases, row.waiting) == (
        *(state["sequence"], len(state["leases"])),
        len(state["queue"]),
    )
    assert audited(facts) == []
    return facts


async def test_every_kind_of_end_returns_the_hours_to_who_is_next(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        said: list[Callable[[Handle], Awaitable[Any]]] = [
            partial(world.say, kind="record_purchase", **A_CONTRACT),
            partial(world.say, kind="record_decision", **A_NO),
            partial(world.say, kind="withdraw", reason="no_capacity"),
            partial(world.say, kind="release_capacity", pool=id_of(pool)),
            lambda handle: handle.cancel(),
        ]
        waiting = [await asks(world, pool) for _ in (*said, None)]
        for number, end in enumerate(said):
            await lent_to(world, pool, waiting[number])
            await end(waiting[number])
        hasty = await asks(world, pool, "hasty")
        await lent_to(world, pool, waiting[-1])
        await waiting[-1].terminate("by an admin")
        await listed(world, waiting[-1], "Terminated")
        found = await reconcile(world)
        assert found.ended == {id_of(waiting[-1]): "withdrawn/terminated_by_admin"}
        await hasty.result()
        await lent_to(world, pool)
        facts = await in_the_ledger(world, pool)
        why = [fact.data["why"] for fact in facts if fact.kind == "lease_released"]
        assert sorted(why) == sorted(
            ["won", "lost", "withdrawn", "hand", "withdrawn", "withdrawn", "expired"]
        )


async def test_what_is_logged_stays_used_and_a_correction_counts(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        handle = await asks(world, pool, hours="6")
        effort = await world.say(handle, "log_effort", hours="4", pool=id_of(pool))
        await world.say(handle, "log_effort", hours="4", pool="elsewhere")
        await world.say(handle, "correct", sequence=effort.sequence, hours="2.5")
        await eventually(
            lambda: world.state(pool),
            lambda state: state["leases"][id_of(handle)][4] == "2.5",
        )
        await world.say(handle, "record_decision", **A_NO)
        await lent_to(world, pool)
        facts = await in_the_ledger(world, pool)
        assert [fact.data["used"] for fact in facts if fact.kind == "lease_released"] == ["2.5"]
        assert (await world.state(pool))["used"] == "2.5"


async def test_a_lease_ends_by_the_clock_and_the_next_in_the_queue_has_the_hours(
    world: World,
) -> None:
    async with world.worker():
        pool = await opened(world, lease="3s", warn="1s")
        first, second = await asks(world, pool), await asks(world, pool)
        queue = await pool.query("queue")
        assert [each["opportunity_id"] for each in queue] == [id_of(second)]
        await lent_to(world, pool, first)
        renewed = await world.closeline.say_to_pool(
            id_of(pool), "renew_lease", opportunity_id=id_of(first)
        )
        assert renewed.accepted
        await lent_to(world, pool, second)
        kinds = [fact.kind for fact in await in_the_ledger(world, pool)]
        assert kinds[-3:] == ["lease_expiring", "lease_expired", "lease_granted"]
        leases = await pool.query("leases")
        assert [each["opportunity_id"] for each in leases] == [id_of(second)]


async def test_a_terminated_pool_is_started_again_with_what_it_has_lent(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        first, second = await asks(world, pool), await asks(world, pool)
        await in_the_ledger(world, pool)
        await pool.terminate("by an admin")
        await listed(world, pool, "Terminated")
        found = await reconcile(world)
        assert found.pools_started == [id_of(pool)]
        await lent_to(world, pool, first)
        await in_the_ledger(world, pool)
        await pool.terminate("again")
        await world.say(first, "record_decision", **A_NO)
        await lent_to(world, pool, second)
        await in_the_ledger(world, pool)


async def test_words_that_a_terminated_pool_had_in_hand_are_told_again(world: World) -> None:
    """An end, a release and a request are lost with the pool that had received them."""
    async with world.worker():
        pool = await opened(world, hours="30")
        ends, releases, asks_late = [
            await asks(world, pool, hours="10"),
            await asks(world, pool, hours="10"),
            await world.open("long"),
        ]
        await lent_to(world, pool, ends, releases)
        before = len(await in_the_ledger(world, pool))
        with world.switches.no_pools:
            await world.say(ends, "record_decision", **A_NO)
            await world.say(releases, "release_capacity", pool=id_of(pool))
            await world.say(asks_late, "request_capacity", pool=id_of(pool), hours="10")
            await lent_to(world, pool, asks_late)
            await pool.terminate("by an admin")
        assert len(await world.facts(pool)) == before
        await listed(world, pool, "Terminated")
        found = await reconcile(world)
        assert found.pools_started == [id_of(pool)]
        lost = {id_of(ends), id_of(releases), id_of(asks_late)}

        async def heard() -> set[str]:
            """Whoever still has a write to repeat tells the pool itself."""
            told = {each.partition(": ")[2] for each in (await reconcile(world)).pools_told}
            assert told <= lost
            return {*(await world.state(pool))["leases"]}

        await eventually(heard, lambda lent: lent == {id_of(asks_late)})
        await lent_to(world, pool, asks_late)
        await in_the_ledger(world, pool)
        assert (await reconcile(world)).pools_told == []


async def test_who_was_thrown_back_behind_its_request_has_nothing(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        handle = await world.open("long")
        asked = {"pool": id_of(pool), "hours": "10"}
        await handle.signal("request_capacity", message(handle, 1, **asked))
        await lent_to(world, pool, handle)
        handle = await reset(world, handle, 1)
        await eventually(lambda: world.state(handle), lambda state: state["sequence"] == 1)
        await listed(world, handle, "Running")
        await reconcile(world)
        await eventually(lambda: world.kinds(handle), lambda k: k == ["opened", "reset_noticed"])
        found = await reconcile(world)
        assert found.pools_told == [f"{id_of(pool)}: {id_of(handle)}"]
        await lent_to(world, pool)
        await handle.signal("request_capacity", message(handle, 2, **asked))
        await lent_to(world, pool, handle)


async def test_while_the_ledger_is_down_nothing_is_lost(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        first, second = await asks(world, pool), await asks(world, pool)
        with world.switches.down:
            await world.say(first, "record_decision", **A_NO)
            await asyncio.sleep(0.5)
            assert (await world.state(pool))["leases"].keys() == {id_of(first)}
        await lent_to(world, pool, second)
        await in_the_ledger(world, pool)


async def test_a_pool_goes_on_for_ever_and_refuses_to_be_cancelled(world: World) -> None:
    async with world.worker():
        pool_id = new_id("pool")
        await world.client.start_workflow(
            "CapacityPool",
            {"pool_id": pool_id, "limits": {"events": 30}},
            id=f"pool:{pool_id}",
            task_queue=world.task_queue,
        )
        pool = world.closeline.pool(pool_id)
        await world.closeline.say_to_pool(pool_id, "open_pool", **TERMS)
        handle = await asks(world, pool)
        first_run = (await pool.describe()).run_id
        for number in range(12):
            await world.closeline.say_to_pool(pool_id, "amend_pool", name=f"Team {number}")
        await eventually(pool.describe, lambda found: found.run_id != first_run)
        run = (await pool.describe()).run_id
        await pool.cancel(reason="by mistake")
        await eventually(pool.describe, lambda found: found.run_id != run)
        await lent_to(world, pool, handle)
        facts = await in_the_ledger(world, pool)
        assert facts[-1].data["rule"] == "use_close_pool"
        assert await world.attribute(pool, "Stage") == "open"


async def test_a_closed_pool_ends_and_lends_no_more(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        handle = await asks(world, pool)
        kept = await world.closeline.say_to_pool(id_of(pool), "close_pool", reason="over")
        assert (kept.field, kept.rule) == ("release", "leases_live")
        said = {"reason": "over", "release": True}
        assert (await world.closeline.say_to_pool(id_of(pool), "close_pool", **said)).accepted
        assert (await pool.result())["leases"] == {}
        await world.say(handle, "request_capacity", pool=id_of(pool), hours="1")
        await eventually(lambda: world.kinds(pool), lambda kinds: kinds[-1] == "refused")
        await world.say(handle, "record_decision", **A_NO)
        await handle.result()
        assert (await reconcile(world)).pools_started == []


async def test_a_ledger_that_has_lost_a_pool_is_told_again(world: World) -> None:
    async with world.worker():
        pool = await opened(world)
        handle = await asks(world, pool)
        before = await in_the_ledger(world, pool)
        with world.ledger._write() as connection:
            for table in ("fact", "pool", "notice"):
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (id_of(pool),))
        await listed(world, pool, "Running")
        found = await reconcile(world)
        assert f"pool:{id_of(pool)}" in found.ledger_behind
        assert await world.facts(pool) == before
        await world.say(handle, "record_decision", **A_NO)
        await lent_to(world, pool)


async def test_a_run_that_was_over_and_is_thrown_back_begins_again_from_the_ledger(
    world: World,
) -> None:
    async with world.worker():
        pool = await opened(world)
        over = (await pool.describe()).run_id
        first, second = await asks(world, pool), await asks(world, pool)
        await in_the_ledger(world, pool)
        await pool.terminate("by an admin")
        await world.say(first, "record_decision", **A_NO)
        await lent_to(world, pool, second)
        before = await in_the_ledger(world, pool)
        old = world.client.get_workflow_handle(pool.id, run_id=over)
        await throw_back(world.client, old, 3, reapply=False)
        third = await asks(world, pool)
        await lent_to(world, pool, second)
        facts = await in_the_ledger(world, pool)
        assert facts[: len(before)] == before
        assert [fact.kind for fact in facts[len(before) :]] == ["pool_resumed", "lease_requested"]
        assert (await pool.query("queue"))[0]["opportunity_id"] == id_of(third)
