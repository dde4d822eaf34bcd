"""Facts to the ledger and, with an end, the word to the account: one effect, repeatable."""

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
from sales.process import Process


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an opportunity writes at once; with the batch that ends it comes its outcome record.

    `reset_refused` where another end stands, so that these facts are nothing but late messages.
    """

    opportunity_id: str
    account_id: str
    run_id: str
    facts: tuple[Fact, ...]
    process: Process | None = None
    end: dict[str, Any] | None = None
    reset_refused: bool = False


@dataclass(frozen=True, slots=True)
class AccountDelivery:
    """What an account writes at once."""

    account_id: str
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
        """Write, then tell the accounts: of a move, the end that stands, what came too late."""
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
        if ack.end is None:
            for fact in what.facts:
                if fact.kind == "late":
                    await self._accounts.keep_late(what.account_id, what.opportunity_id, fact)
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
        """Write an account's facts, then tell others what they make it tell."""
        ack = await self._recorder.record(self._batch("account", what.account_id, what))
        for fact in what.facts:
            for telling in told_others(what.account_id, fact):
                await self._accounts.tell(what.account_id, telling)
        return ack

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
