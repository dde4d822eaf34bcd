"""Reconciliation: what Temporal and the ledger hold against each other, found and put right.

A terminated or timed-out run can tell nobody; a reset throws a run back behind the ledger; an
account or a pool that was terminated hears nothing. Each correction is a fact.
"""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.accounts import BACKSTOP, Accounts
from activities.history import Told, closed_at, process_of, told_by_history
from activities.looking import all_running, asked, each, end_known
from activities.reconcile_pools import PoolReconciling
from activities.reconciled import Reconciled
from ledger.batch import Batch
from ledger.ledger import Ledger
from sales.decide import close
from sales.opening import begin

PATIENCE: Final = timedelta(seconds=30)
IMPATIENCE: Final = timedelta(seconds=2)
"""Younger differences may be a write under way; a deep round looks closer and waits less."""
PAGE: Final = 500

Status = WorkflowExecutionStatus
ENDS: Final = {
    Status.TERMINATED: ("withdrawn", "terminated_by_admin"),
    Status.CANCELED: ("withdrawn", "cancelled_by_admin"),
    Status.FAILED: ("withdrawn", "failed"),
    Status.TIMED_OUT: ("expired", "backstop"),
}
"""What a run that closed without an outcome of its own has come to."""


class ReconcileActivities:
    """Looks at both sides."""

    def __init__(self, client: Client, ledger: Ledger, accounts: Accounts) -> None:
        """Compares `ledger` with the workflows that `client` sees."""
        self._client, self._ledger, self._accounts = client, ledger, accounts
        self._pools = PoolReconciling(client, ledger, accounts)

    @activity.defn(name="reconcile")
    async def reconcile(self, deep: bool) -> Reconciled:
        """One round. `deep` also asks every running opportunity how far it is."""
        found, since = Reconciled(), datetime.now(UTC) - (IMPATIENCE if deep else PATIENCE)
        running = await all_running(self._client, "Opportunity", "opportunity:")
        opened = await asyncio.to_thread(self._open_rows)
        gone = [key for key in opened if key not in running]
        await each(gone, lambda key: self._closed_without_word(key, found))
        extra = [key for key, at in running.items() if key not in opened and at < since]
        await each(extra, lambda key: self._runs_without_row(key, found))
        if deep:
            both = [key for key in opened if key in running]
            await each(both, lambda key: self._compare(key, found))
        counts = {
            "opportunities": len(opened),
            "accounts": await self._reconcile_accounts(found, since),
            "pools": await self._pools.reconcile(found, since),
        }
        return Reconciled(**asdict(found) | counts)

    # -- opportunities -------------------------------------------------------------------------

    async def _closed_without_word(self, opportunity_id: str, found: Reconciled) -> None:
        """Open in the ledger, not running: terminated, timed out, or the ledger is behind."""
        try:
            described = await self._client.get_workflow_handle(
                f"opportunity:{opportunity_id}"
            ).describe()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            await self._go_on(opportunity_id, found)
            return
        if described.status == Status.RUNNING:
            return
        await self._end(opportunity_id, described.status, described.close_time, found)

    async def _go_on(self, opportunity_id: str, found: Reconciled) -> None:
        """No run is left, for Temporal was set back: a new one goes on from what the ledger knows,
        with the clocks that it had."""
        state = await asyncio.to_thread(self._ledger.state, opportunity_id)
        if state is None:
            found.missing.append(opportunity_id)
            return
        await self._client.start_workflow(
            "Opportunity",
            {"state": state, "outbox": []},
            id=f"opportunity:{opportunity_id}",
            task_queue=self._accounts.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            execution_timeout=max(state.end_by - datetime.now(UTC), timedelta(0)) + BACKSTOP,
        )
        found.opportunities_started.append(opportunity_id)

    async def _end(
        self,
        opportunity_id: str,
        status: WorkflowExecutionStatus | None,
        close_time: datetime | None,
        found: Reconciled,
    ) -> None:
        told = await told_by_history(self._client, f"opportunity:{opportunity_id}")
        if await asyncio.to_thread(self._catch_up, opportunity_id, told):
            found.ledger_behind.append(opportunity_id)
        at = closed_at(close_time)
        if status in ENDS:
            outcome, reason = ENDS[status]
            if await asyncio.to_thread(
                close_stored, self._ledger, opportunity_id, outcome, reason, at
            ):
                found.ended[opportunity_id] = f"{outcome}/{reason}"
        record = await asyncio.to_thread(self._ledger.end_of, opportunity_id)
        if record:
            await self._accounts.tell_end(record["account_id"], record)
            state = await asyncio.to_thread(self._ledger.state, opportunity_id)
            await self._accounts.tell_pools_end(record, state.pools if state else ())

    def _catch_up(self, opportunity_id: str, told: Told) -> bool:
        """What the history handed over and the ledger does not have; even an opening that was
        never written, for its start input is history too."""
        facts = told.ordered()
        if told.start and (not facts or facts[0].sequence > 1):
            _, opened = begin(told.start, told.start.at or datetime.now(UTC))
            facts = [opened, *facts]
        row = self._ledger.opportunity(opportunity_id)
        have = row.sequence if row else 0
        missing = [fact for fact in facts if fact.sequence > have]
        for fact in missing:
            process = process_of(told.processes, fact)
            self._ledger.record(Batch("opportunity", opportunity_id, "reconcile", (fact,), process))
        return bool(missing)

    async def _runs_without_row(self, opportunity_id: str, found: Reconciled) -> None:
        """Running, but ended in the ledger (a reset threw it back), or unknown to the ledger."""
        row = await asyncio.to_thread(self._ledger.opportunity, opportunity_id)
        if row:
            await self._recheck(opportunity_id, found)
            return
        told = await told_by_history(self._client, f"opportunity:{opportunity_id}")
        if await asyncio.to_thread(self._catch_up, opportunity_id, told):
            found.ledger_behind.append(opportunity_id)

    async def _compare(self, opportunity_id: str, found: Reconciled) -> None:
        """How far the workflow is, and how far the ledger; a write under way is neither."""
        state = await asked(self._client, f"opportunity:{opportunity_id}")
        if state is None:
            found.unanswered.append(opportunity_id)
            return
        row = await asyncio.to_thread(self._ledger.opportunity, opportunity_id)
        if row is None or state["outbox"]:
            return
        if row.sequence > state["sequence"]:
            await self._recheck(opportunity_id, found)
        elif row.sequence < state["sequence"]:
            told = await told_by_history(self._client, f"opportunity:{opportunity_id}")
            if await asyncio.to_thread(self._catch_up, opportunity_id, told):
                found.ledger_behind.append(opportunity_id)

    async def _recheck(self, opportunity_id: str, found: Reconciled) -> None:
        handle = self._client.get_workflow_handle(f"opportunity:{opportunity_id}")
        try:
            await handle.signal("recheck", {})
            found.rechecked.append(opportunity_id)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    # -- accounts ------------------------------------------------------------------------------

    async def _reconcile_accounts(self, found: Reconciled, since: datetime) -> int:
        rows = [row for row in await asyncio.to_thread(self._ledger.accounts) if not row.retired_at]
        running = await all_running(self._client, "Account", "account:")
        gone = [row.id for row in rows if row.id not in running]
        await each(gone, lambda key: self._start_again(key, found))
        await each([row.id for row in rows], lambda key: self._tell(key, found, since))
        return len(rows)

    async def _start_again(self, account_id: str, found: Reconciled) -> None:
        """An account has no end but retirement: what was terminated goes on from the ledger."""
        await self._client.start_workflow(
            "Account",
            {"account_id": account_id},
            id=f"account:{account_id}",
            task_queue=self._accounts.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        found.accounts_started.append(account_id)

    async def _tell(self, account_id: str, found: Reconciled, since: datetime) -> None:
        """Ends it has not heard of, opportunities it does not know, and those of another one."""
        state = await asyncio.to_thread(self._ledger.account_state, account_id)
        if state is None:
            return
        for opportunity_id, child in state.open.items():
            if child.since > since:
                continue
            record = await asyncio.to_thread(end_known, self._ledger, opportunity_id)
            row = await asyncio.to_thread(self._ledger.opportunity, opportunity_id)
            if row and row.account_id != account_id:
                since_then = row.account_id, child.since.isoformat()
                await self._accounts.release(account_id, opportunity_id, *since_then)
                found.unreleased.append(opportunity_id)
            elif record:
                await self._accounts.tell_end(account_id, record)
                found.untold.append(opportunity_id)
            elif row is None:  # launched, and perhaps closed before its first fact was written
                await self._closed_without_word(opportunity_id, found)
        rows = await asyncio.to_thread(
            self._ledger.opportunities, account_id=account_id, outcome="open"
        )
        for row in rows:
            if row.id not in state.open and row.landed_at < since:
                await self._accounts.adopt(account_id, row.id, row.process, row.sequence)
                found.unadopted.append(row.id)

    # -- looking -------------------------------------------------------------------------------

    def _open_rows(self) -> list[str]:
        """The ids of all opportunities that are open in the ledger."""
        found: list[str] = []
        while True:
            page = self._ledger.opportunities(
                outcome="open", limit=PAGE, after=found[-1] if found else None
            )
            found += [row.id for row in page]
            if len(page) < PAGE:
                return found


def close_stored(
    ledger: Ledger, opportunity_id: str, outcome: str, reason: str, at: datetime
) -> bool:
    """The end as a fact, if the ledger holds none yet."""
    state = ledger.state(opportunity_id)
    facts = close(state, outcome, reason, at, "reconcile") if state else ()
    if facts:
        ledger.record(Batch("opportunity", opportunity_id, "reconcile", facts))
    return bool(facts)
