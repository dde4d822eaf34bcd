"""Lives of pools: every rule is broken once, every fact made, and both sides of every word."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from tests.lives.telling import A_NO, soon, tell
from tests.workflows.test_reset import throw_back
from tests.workflows.world import Handle, World, eventually, new_id

EUROS: Final[dict[str, Any]] = {"amount": "9000.00", "currency": "EUR"}
DOLLARS: Final[dict[str, Any]] = {"amount": "9000.00", "currency": "USD"}
TERMS: Final[dict[str, Any]] = {
    "name": "Engineers",
    "hours": "10",
    "currency": "EUR",
    "period": "5s",
    "lease": "4s",
    "warn": "1s",
    "patience": "2s",
    "renewals": 1,
}
LONG_AGO: Final = "2026-01-01T00:00:00Z"


async def asks_for_capacity(world: World) -> None:
    """The opportunity's side."""
    handle = await world.open("long", amount=EUROS, owner="ann")
    pools = [new_id("pool") for _ in range(21)]
    asked = {"pool": pools[0], "hours": "5"}
    await tell(
        handle,
        ("request_capacity", {**asked, "hours": "0"}),
        ("request_capacity", {**asked, "until": LONG_AGO}),
        ("release_capacity", {"pool": pools[0]}),
        ("request_capacity", {**asked, "gain": "0.2", "until": "2199-01-01"}),
        ("log_effort", {"hours": "2", "pool": pools[0]}),
        ("correct", {"sequence": 6, "hours": "1"}),
        ("release_capacity", {"pool": pools[0]}),
        *(("request_capacity", {**asked, "pool": pool}) for pool in pools),
        pause=0.02,
    )
    await world.until(handle, 29)
    await world.say(handle, "record_decision", **A_NO)
    await handle.result()


async def a_pool_of_many_words(world: World) -> None:
    """From its first word, before it is opened, to its last, behind its close."""
    pool = Talker(world, f"pool-{world.task_queue}")
    await world.client.start_workflow(
        "CapacityPool",
        {"pool_id": pool.id, "limits": {"events": 400}},
        id=f"pool:{pool.id}",
        task_queue=world.task_queue,
    )
    await pool.say("amend_pool", hours="9")
    await pool.ask("early", "6")
    await pool.ask("huge", "99")
    await pool.say("open_pool", **TERMS | {"period": "0s"})
    await pool.say("open_pool", **TERMS)
    await pool.say("open_pool", **TERMS)
    await words_that_break_rules(pool)
    await words_in_any_order(pool)
    await pool.ask("b", "6", amount=EUROS, gain="0.2", owner="ann")
    await pool.ask("c", "6", amount=DOLLARS)
    await pool.ask("d", "6", until=soon(1))
    await pool.ask("b", "5", amount=EUROS)
    await pool.say("renew_lease", opportunity_id="early", until=soon(0.1))
    await pool.say("renew_lease", opportunity_id="early")
    await pool.say("renew_lease", opportunity_id="early")
    await asyncio.sleep(7)  # early expires, used hours come back, and the others have their turn
    await pool.say("amend_pool", hours="1")
    await pool.say("amend_pool", hours="30", name="Team")
    await the_end_of_it(world, pool)


async def words_that_break_rules(pool: "Talker") -> None:
    await pool.ask("early", "1")
    await pool.ask("a", "0")
    await pool.ask("a", "11")
    await pool.ask("a", "5", until=LONG_AGO)
    await pool.say("amend_pool")
    await pool.say("renew_lease", opportunity_id="nobody")
    await pool.say("release_lease", opportunity_id="nobody")
    await pool.say("use_hours", opportunity_id="early", hours="2")
    await pool.say("use_hours", opportunity_id="early", hours="1", before="2")
    await pool.say("use_hours", opportunity_id="nobody", hours="1")
    await pool.say("erase", reason="requested", details=["plan.s1"], actor="ann")
    await pool.say("erase", reason="requested", details=["name"])
    await pool.say("erase", reason="requested", actor="ann")
    await pool.say("erase", reason="requested", actor="ann", sequences=[10**6])
    await pool.say("erase", reason="requested", actor="ann", details=["name"], sequences=[2])
    await pool.say("amend_pool", event_id="made-up:7", hours="10")
    await pool.say("amend_pool", sent_at="2199-01-01T00:00:00Z", hours="10")
    await pool.say("amend_pool", occurred_at="2199-01-01T00:00:00Z", hours="10")
    await pool.say("amend_pool", hours=True)
    for _ in range(2):
        await pool.say("amend_pool", event_id="told-twice", source="crm", source_seq=1, hours="10")


async def words_in_any_order(pool: "Talker") -> None:
    """What overtakes wins; what is old is refused, what is known already changes nothing."""
    request, release, again = pool.place("x"), pool.place("x"), pool.place("x")
    await pool.say("release_lease", **release)
    await pool.say("release_lease", **release)
    await pool.say("request_lease", **request, hours="1")
    await pool.say("request_lease", **again, hours="1")
    await pool.say("release_lease", **release)
    await pool.say("release_lease", opportunity_id="x")
    for _ in range(2):
        await pool.say("opportunity_over", opportunity_id="y", outcome="won")
    await pool.ask("y", "1")


async def the_end_of_it(world: World, pool: "Talker") -> None:
    """Holders and those that wait end; it is cancelled, terminated and closed."""
    await pool.ask("e", "25")
    await pool.ask("f", "25")
    await pool.ask("g", "25")
    await pool.say("amend_pool", period="7d")
    for id in ("b", "c", "e"):
        await pool.say("use_hours", opportunity_id=id, hours="1")
    await pool.say("opportunity_over", opportunity_id="e", outcome="lost")
    await pool.say("opportunity_over", opportunity_id="g", outcome="expired")
    handle = world.closeline.pool(pool.id)
    run = (await handle.describe()).run_id
    await handle.cancel(reason="by mistake")
    await eventually(handle.describe, lambda found: found.run_id != run)
    await world.written(handle)
    await handle.terminate("by mistake")
    await pool.ask("h", "25")
    await pool.say("close_pool", reason="over")
    with world.switches.down:
        await pool.say("close_pool", reason="over", release=True)
        await pool.say("release_lease", **pool.place("z"))
        await pool.say("opportunity_over", opportunity_id="z", outcome="won")
        await pool.say("open_pool", **TERMS)
    await handle.result()
    await pool.say("amend_pool", hours="1")


async def a_pool_whose_old_run_comes_back(world: World) -> None:
    """Thrown back to a run that was over, it finds that another has gone on, and begins again."""
    pool = Talker(world, f"pool-{world.task_queue}")
    await pool.say("open_pool", **TERMS)
    await _come_back(world, world.closeline.pool(pool.id), lambda: pool.say("amend_pool", hours=9))


async def an_account_whose_old_run_comes_back(world: World) -> None:
    """The same of an account."""
    account_id = f"account-{world.task_queue}"

    async def say() -> None:
        await world.closeline.say_to_account(account_id, "amend", owner=new_id("owner"))

    await say()
    await _come_back(world, world.closeline.account(account_id), say)


async def _come_back(world: World, handle: Handle, say: Callable[[], Awaitable[None]]) -> None:
    over = (await handle.describe()).run_id
    for _ in range(3):
        await say()
        await world.written(handle)
    await handle.terminate("by mistake")
    await say()
    await world.written(handle)
    old = world.client.get_workflow_handle(handle.id, run_id=over)
    await throw_back(world.client, old, 3, reapply=False)
    thrown_back = (await handle.describe()).run_id
    await say()
    await eventually(handle.describe, lambda found: found.run_id != thrown_back)
    await say()
    await world.written(handle)


class Talker:
    """What is said to one pool, by itself and by opportunities."""

    def __init__(self, world: World, id: str) -> None:
        self.id, self._world = id, world
        self._number = 0

    async def say(self, kind: str, /, **said: Any) -> None:
        await self._world.closeline.say_to_pool(self.id, kind, **said)

    def place(self, opportunity_id: str) -> dict[str, Any]:
        self._number += 1
        said_at = soon(0)
        return {"opportunity_id": opportunity_id, "said_at": said_at, "number": self._number}

    async def ask(self, opportunity_id: str, hours: str, **more: Any) -> None:
        await self.say("request_lease", **self.place(opportunity_id), hours=hours, **more)
