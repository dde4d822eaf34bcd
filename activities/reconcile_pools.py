"""Reconciliation of pools: nothing of an ended opportunity stays, and no request is lost.

A pool that was terminated may have had words in hand that it never wrote down, and an opportunity
that was thrown back may not know what it asked for. The pool's own word comes first, for the ledger
is asked afterwards: whatever the pool has heard then stands there.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.accounts import Accounts
from activities.history import told_by_history
from activities.looking import all_running, asked, each, end_known
from activities.reconciled import Reconciled
from ledger.batch import Batch
from ledger.errors import Gap
from ledger.ledger import Ledger
from sales.pool.state import Gone, Lease, Place, Pool, Request, load_pool
from sales.pool.telling import told_pools

Held = Lease | Request

NOBODY: Final = Gone(Place(datetime.fromisoformat("1900-01-01T00:00:00Z"), 0))


class PoolReconciling:
    """Compares each pool with the ledger's opportunities."""

    def __init__(self, client: Client, ledger: Ledger, accounts: Accounts) -> None:
        """Compares `ledger` with the pools that `client` sees."""
        self._client, self._ledger, self._accounts = client, ledger, accounts

    async def reconcile(self, found: Reconciled, since: datetime) -> int:
        """Every pool that is not closed; how many. Words younger than `since` may be on their
        way."""
        rows = {row.id: row for row in await asyncio.to_thread(self._ledger.pools)}
        alive = {id for id, row in rows.items() if row.stage != "closed"}
        running = await all_running(self._client, "CapacityPool", "pool:")
        pools = dict[str, Pool]()
        await each(alive - running.keys(), lambda id: self._start_again(id, pools, found))
        await each(running, lambda id: self._look(id, pools, found))
        wanted = await asyncio.to_thread(self._ledger.asking)
        await each(pools, lambda id: self._compare(pools[id], wanted.get(id, {}), found, since))
        for id in wanted.keys() - alive - running.keys() - rows.keys():  # gone before it wrote
            await self._ask_again(Pool(id, since), wanted[id], found, since)
        return len(pools)

    async def _start_again(self, pool_id: str, pools: dict[str, Pool], found: Reconciled) -> None:
        """A pool has no end but its close: what was terminated goes on from the ledger."""
        state = await asyncio.to_thread(self._ledger.pool_state, pool_id)
        assert state  # its row was read a moment ago
        pools[pool_id] = state
        await self._client.start_workflow(
            "CapacityPool",
            {"pool_id": pool_id},
            id=f"pool:{pool_id}",
            task_queue=self._accounts.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        found.pools_started.append(pool_id)

    async def _look(self, pool_id: str, pools: dict[str, Pool], found: Reconciled) -> None:
        """How the pool stands by its own word; what it has said and the ledger does not have is
        written."""
        state = await asked(self._client, f"pool:{pool_id}")
        if state is None:
            found.unanswered.append(f"pool:{pool_id}")
            return
        unwritten = state.pop("outbox")
        pools[pool_id] = pool = load_pool(state)
        row = await asyncio.to_thread(self._ledger.pool, pool_id)
        reached = row.sequence if row else 0
        if reached < pool.sequence and not unwritten:
            await self._catch_up(pool_id, reached, found)

    async def _catch_up(self, pool_id: str, reached: int, found: Reconciled) -> None:
        told = await told_by_history(self._client, f"pool:{pool_id}")
        missing = tuple(fact for fact in told.ordered() if fact.sequence > reached)
        try:
            if missing:
                batch = Batch("pool", pool_id, "reconcile", missing)
                await asyncio.to_thread(self._ledger.record, batch)
                found.ledger_behind.append(f"pool:{pool_id}")
        except (Gap, ValueError):  # retention has taken what lies between
            found.missing.append(f"pool:{pool_id}")

    async def _compare(
        self, pool: Pool, wanted: Mapping[str, int], found: Reconciled, since: datetime
    ) -> None:
        held: dict[str, Held] = {**pool.queue, **pool.leases}
        for id, each_held in held.items():
            if each_held.place.at > since:
                continue
            end = await asyncio.to_thread(end_known, self._ledger, id)
            if end:
                await self._accounts.tell_pools_end(end, [pool.id])
            elif id not in wanted and await asyncio.to_thread(self._is_known, id):
                await self._take_back(pool.id, id, each_held.place)
            else:
                continue
            found.pools_told.append(f"{pool.id}: {id}")
        left = {id: number for id, number in wanted.items() if id not in held}
        await self._ask_again(pool, left, found, since)

    def _is_known(self, opportunity_id: str) -> bool:
        return self._ledger.opportunity(opportunity_id) is not None

    async def _take_back(self, pool_id: str, opportunity_id: str, place: Place) -> None:
        """It has released it, or was thrown back behind its request: this one goes, and none that
        it makes from now on."""
        said_at = place.at.isoformat()
        body = {
            "event_id": f"reconcile:{opportunity_id}:{place.number}:{said_at}",
            "opportunity_id": opportunity_id,
            "said_at": said_at,
            "number": place.number,
        }
        await self._accounts.say_to_pool(pool_id, "release_lease", body)

    async def _ask_again(
        self, pool: Pool, wanted: Mapping[str, int], found: Reconciled, since: datetime
    ) -> None:
        """What an opportunity has asked and the pool never heard."""
        for id, number in wanted.items():
            journal = await asyncio.to_thread(self._ledger.journal, "opportunity", id)
            fact = next(fact for fact in journal if fact.sequence == number)
            place = Place(fact.recorded_at, number)
            if fact.recorded_at > since or pool.gone.get(id, NOBODY).place >= place:
                continue
            (telling,) = told_pools(id, fact, ())
            event_id = telling.body["event_id"]
            heard = await asyncio.to_thread(self._ledger.heard, "pool", pool.id, event_id)
            if heard is None or heard > pool.sequence:
                await self._accounts.say_to_pool(pool.id, telling.kind, telling.body)
                found.pools_told.append(f"{pool.id}: {id}")
