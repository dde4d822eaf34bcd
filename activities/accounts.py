"""Reaching accounts and pools, which have no end: by signal-with-start, so that one that is not
there starts again first."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from sales.facts import Fact
from sales.pool.telling import told_end
from sales.telling import Telling, event

TASK_QUEUE: Final = "closeline"
BACKSTOP: Final = timedelta(days=90)
"""How far behind `end_by` the server itself ends an opportunity whose own code cannot."""
LEFT: Final = ("process", "contract", "recurring", "product", "promises")
"""What of an outcome record an account acts on, and is told by name."""


def late_event(opportunity_id: str, event_id: str) -> str:
    """The id under which an account keeps a late message, the same whoever brings it."""
    return event("late", opportunity_id, event_id)


class Accounts:
    """The accounts, and their opportunities, as seen from outside their workflows."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        """Reached through `client`."""
        self._client, self.task_queue = client, task_queue

    async def say(self, account_id: str, signal: str, body: dict[str, Any]) -> None:
        """Say it to the account; one that is not running restores itself from the ledger first."""
        await self._reach("Account", "account", account_id, signal, body)

    async def say_to_pool(self, pool_id: str, signal: str, body: dict[str, Any]) -> None:
        """The same to a pool."""
        await self._reach("CapacityPool", "pool", pool_id, signal, body)

    async def _reach(
        self, workflow: str, kind: str, id: str, signal: str, body: dict[str, Any]
    ) -> None:
        await self._client.start_workflow(
            workflow,
            {f"{kind}_id": id},
            id=f"{kind}:{id}",
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=signal,
            start_signal_args=[body],
        )

    async def tell(self, account_id: str, telling: Telling) -> None:
        """What a fact makes another workflow know; what finds no opportunity any more is late, and
        for the opportunity's account to keep."""
        if telling.to == "pool":
            await self.say_to_pool(telling.id, telling.kind, telling.body)
            return
        if telling.to == "account":
            await self.say(telling.id, telling.kind, telling.body)
            return
        handle = self._client.get_workflow_handle(f"opportunity:{telling.id}")
        try:
            await handle.signal(telling.kind, telling.body)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            body: dict[str, Any] = {
                "event_id": late_event(telling.id, telling.body["event_id"]),
                "opportunity_id": telling.id,
                "message": {"kind": telling.kind, "body": telling.body},
            }
            await self.say(telling.account or account_id, "late_message", body)

    async def adopt(
        self, account_id: str, opportunity_id: str, process: str, sequence: int = 0
    ) -> None:
        """An opportunity of the account runs that it did not launch itself, or of which it was told
        before; the ledger has it up to that fact."""
        body = {
            "event_id": event("adopt", opportunity_id, sequence),
            "opportunity_id": opportunity_id,
            "process": process,
        }
        await self.say(account_id, "adopt_opportunity", body)

    async def hand_over(self, opportunity_id: str, changed: Fact) -> None:
        """An opportunity is another account's now: that one has it first, then the one before lets
        it go."""
        account_id, before = changed.data["account_id"], changed.data["from"]
        body: dict[str, Any] = {
            "event_id": event("adopt", opportunity_id, changed.sequence),
            "opportunity_id": opportunity_id,
            "process": changed.data["process"],
            "from_account": before,
        }
        await self.say(account_id, "adopt_opportunity", body)
        await self.release(before, opportunity_id, account_id, changed.sequence)

    async def release(
        self, account_id: str, opportunity_id: str, to_account: str, mark: str | int
    ) -> None:
        """An account is to let an opportunity go that is another's; told twice under the same mark
        it counts once."""
        body = {
            "event_id": event("release", opportunity_id, mark),
            "opportunity_id": opportunity_id,
            "to_account": to_account,
        }
        await self.say(account_id, "release_opportunity", body)

    async def tell_end(self, account_id: str, record: dict[str, Any]) -> None:
        """An opportunity of the account has ended; told twice it counts once."""
        opportunity_id = record["opportunity_id"]
        body: dict[str, Any] = {
            "event_id": f"end:{opportunity_id}",
            "occurred_at": record["closed_at"],
            "opportunity_id": opportunity_id,
            "outcome": record["outcome"],
            "reason": record["reason"],
            **{name: record[name] for name in LEFT if name in record},
            "record": {name: each for name, each in record.items() if name not in LEFT},
        }
        await self.say(account_id, "opportunity_ended", body)

    async def tell_pools_end(self, record: dict[str, Any], pools: Collection[str]) -> None:
        """The same to every pool that it ever asked for hours."""
        for telling in told_end(record["opportunity_id"], record["outcome"], pools):
            await self.say_to_pool(telling.id, telling.kind, telling.body)

    async def keep_late(self, account_id: str, opportunity_id: str, fact: Fact) -> None:
        """A message came after the opportunity's end; the account keeps it."""
        said = fact.data if "message" in fact.data else {"message": fact.kind, "body": fact.data}
        body = {
            "event_id": late_event(opportunity_id, fact.event_id or str(fact.sequence)),
            "occurred_at": fact.occurred_at.isoformat(),
            "opportunity_id": opportunity_id,
            "message": {"kind": said["message"], "body": said.get("body")},
        }
        await self.say(account_id, "late_message", body)
