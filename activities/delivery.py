"""Facts to the ledger, and the word to whom they concern, as an end does the account and every pool
that was asked: one effect, repeatable."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from temporalio import activity

from activities.accounts import Accounts
from activities.recorder import Recorder
from ledger.batch import Ack, Batch
from ledger.ledger import Ledger
from sales.account.parts import told_others
from sales.facts import Fact
from sales.pool.state import Pool
from sales.pool.telling import told_pools
from sales.process import Process


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an opportunity writes at once; with the batch that ends it comes its outcome record.

    `reset_refused` where another end stands, so that these facts are nothing but late messages.
    `pools` are those that it ever asked for hours.
    """

    opportunity_id: str
    account_id: str
    run_id: str
    facts: tuple[Fact, ...]
    process: Process | None = None
    end: dict[str, Any] | None = None
    reset_refused: bool = False
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountDelivery:
    """What an account writes at once."""

    account_id: str
    run_id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PoolDelivery:
    """What a pool writes at once."""

    pool_id: str
    run_id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """How far the ledger has an opportunity's journal, and the end it holds, if it does."""

    sequence: int
    end: dict[str, Any] | None


class DeliveryActivities:
    """The way out of the workflows."""

    def __init__(self, ledger: Ledger, accounts: Accounts) -> None:
        """Into `ledger`, and to `accounts` by signal."""
        self._ledger, self._accounts = ledger, accounts
        self._recorder = Recorder(ledger)

    @activity.defn(name="deliver")
    async def deliver(self, what: Delivery) -> Ack:
        """Write, then tell the accounts of a move, of the end that stands and of what came late,
        and the pools, in the order of the journal, what concerns them."""
        if what.reset_refused:
            return await self._keep(what)
        batch = self._batch("opportunity", what.opportunity_id, what)
        ack = await self._recorder.record(batch)
        if ack.end is None:
            for fact in what.facts:
                if fact.kind == "account_changed":
                    await self._accounts.hand_over(what.opportunity_id, fact)
        if end := ack.end or what.end:
            await self._accounts.tell_end(end["account_id"], end)
        for fact in () if ack.end else ack.facts:  # as they stand: told again they are the same
            if fact.kind == "late":
                await self._accounts.keep_late(what.account_id, what.opportunity_id, fact)
            for telling in told_pools(what.opportunity_id, fact, what.pools):
                await self._accounts.tell(what.account_id, telling)
        if end:
            await self._accounts.tell_pools_end(end, what.pools)
        return ack

    async def _keep(self, what: Delivery) -> Ack:
        """What only the run that was reset past the end has heard is late for the account."""
        journal = await asyncio.to_thread(self._ledger.journal, "opportunity", what.opportunity_id)
        heard = {fact.event_id for fact in journal}
        for fact in what.facts:
            if fact.event_id and fact.event_id not in heard:
                await self._accounts.keep_late(what.account_id, what.opportunity_id, fact)
        return Ack(what.facts[-1].sequence, 0, ())

    @activity.defn(name="deliver_account")
    async def deliver_account(self, what: AccountDelivery) -> Ack:
        """Write an account's facts, then tell others what they make it tell; and first, what a run
        that is gone may have written and not told. Who hears it again knows it by its id."""
        ack = await self._recorder.record(self._batch("account", what.account_id, what))
        if ack.overtaken:
            return ack
        first, untold = what.facts[0], list[Fact]()
        if first.kind == "account_resumed":
            untold = await asyncio.to_thread(
                self._ledger.written_before, "account", what.account_id, first.sequence
            )
        for fact in (*untold, *what.facts):
            for telling in told_others(what.account_id, fact):
                await self._accounts.tell(what.account_id, telling)
        return ack

    @activity.defn(name="deliver_pool")
    async def deliver_pool(self, what: PoolDelivery) -> Ack:
        """Write a pool's facts."""
        return await self._recorder.record(Batch("pool", what.pool_id, what.run_id, what.facts))

    @activity.defn(name="recall_pool")
    async def recall_pool(self, pool_id: str) -> Pool | None:
        """The pool as earlier runs have left it in the ledger, if any have; what this run has
        written itself is no past (see `recall_account`)."""
        run_id = activity.info().workflow_run_id
        begun_by = await asyncio.to_thread(self._ledger.begun_by, "pool", pool_id)
        if begun_by == run_id:
            return None
        return await asyncio.to_thread(self._ledger.pool_state, pool_id)

    @activity.defn(name="recall")
    async def recall(self, opportunity_id: str) -> Known | None:
        """What the ledger knows of an opportunity."""
        row = await asyncio.to_thread(self._ledger.opportunity, opportunity_id)
        if row is None:
            return None
        end = await asyncio.to_thread(self._ledger.end_of, opportunity_id)
        return Known(row.sequence, end)

    def _batch(
        self,
        subject: Literal["opportunity", "account"],
        id_: str,
        what: Delivery | AccountDelivery,
    ) -> Batch:
        process = what.process if isinstance(what, Delivery) else None
        return Batch(subject, id_, what.run_id, what.facts, process)
