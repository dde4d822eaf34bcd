"""Admission: the ledger and the library of processes say whether an opportunity may begin."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio import activity

from activities.accounts import Accounts
from ledger.batch import Batch
from ledger.ledger import Ledger
from processes import Library
from sales.account.decide import decide_account, folded
from sales.account.messages import ReopenOpportunity
from sales.account.policy import STANDARD, Policy
from sales.account.state import Account, Admission, Opening
from sales.drafts import Broken
from sales.facts import Cause, Fact
from sales.opening import OpenOpportunity, Request, Start, begin
from sales.opportunity import Opportunity
from sales.process import Process
from sales.values import Money


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that asks to launch, and how it came."""

    message: Opening
    cause: Cause


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an account was asked to launch, in the order in which it was asked.

    `sequence` is how far its journal is, unless something is on its way to the ledger already.
    """

    account_id: str
    run_id: str
    at: datetime
    sequence: int | None
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """One answer for each wish, and the facts that were written down with them, which so stand in
    the history, too."""

    admissions: tuple[Admission, ...]
    written: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an account begins with: how earlier runs have left it, if any have, and the policy of
    those that were given none."""

    state: Account | None
    policy: Policy | None


class AdmissionActivities:
    """What must be known from outside before something can begin or go on."""

    def __init__(self, ledger: Ledger, library: Library, accounts: Accounts) -> None:
        """Asks `ledger` and `library`; adopts through `accounts`."""
        self._ledger, self._library, self._accounts = ledger, library, accounts

    @activity.defn(name="admit")
    async def admit(self, asked: Wishes) -> Admitted:
        """For each wish the start input it leads to, its id reserved, or the rule it broke.

        The facts that follow are written at once, numbered from `sequence`, which spares the
        account a write of its own; should it have moved on meanwhile, it writes them itself and
        the ledger follows.
        """
        return await asyncio.to_thread(self._admit_all, asked)

    @activity.defn(name="adopt")
    async def adopt(self, request: Request) -> Admission:
        """For an opportunity that was started without its account, which is told of it."""
        account_id, wish = request.account_id, request.opening
        at = request.at or datetime.now(UTC)
        admission = await asyncio.to_thread(self._admit, account_id, at, wish)
        if admission.start:
            process = admission.start.process.name
            await self._accounts.adopt(account_id, wish.opportunity_id, process)
        return admission

    @activity.defn(name="find_process")
    async def find_process(self, ref: tuple[str, int]) -> Process | None:
        """The definition of a version of a process, if there is one."""
        return self._library.find(*ref)

    @activity.defn(name="find_policy")
    async def find_policy(self, ref: tuple[str, int | None]) -> Policy | None:
        """The definition of a policy, the latest where no version is named, if there is one."""
        return self._library.policies.find(*ref)

    @activity.defn(name="recall_account")
    async def recall_account(self, account_id: str) -> Recalled:
        """The account as earlier runs have left it in the ledger, and the standard policy.

        What this run has written itself is no past: its worker died before the history had it, so
        it says it again and the ledger follows.
        """
        run_id = activity.info().workflow_run_id
        before = await asyncio.to_thread(self._before, account_id, run_id)
        return Recalled(before, self._library.policies.find(STANDARD))

    def _before(self, account_id: str, run_id: str | None) -> Account | None:
        if self._ledger.begun_by("account", account_id) == run_id:
            return None
        return self._ledger.account_state(account_id)

    def _admit_all(self, asked: Wishes) -> Admitted:
        admissions = tuple(
            self._admit(asked.account_id, asked.at, wish.message) for wish in asked.wishes
        )
        if asked.sequence is None:
            return Admitted(admissions)
        state = Account(asked.account_id, asked.at, sequence=asked.sequence)
        facts: list[Fact] = []
        for wish, admission in zip(asked.wishes, admissions, strict=True):
            found = decide_account(state, wish.message, asked.at, wish.cause, admission)
            state = folded(state, found)
            facts += found
        if not facts:
            return Admitted(admissions)
        batch = Batch("account", asked.account_id, asked.run_id, tuple(facts))
        ack = self._ledger.record(batch)
        return Admitted(admissions, () if ack.overtaken else ack.facts)

    def _admit(self, account_id: str, at: datetime, wish: Opening) -> Admission:
        try:
            if isinstance(wish, OpenOpportunity):
                start = self._opening(account_id, at, wish)
            else:
                start = self._successor(account_id, at, wish)
            begin(start, at)
            rule = self._ledger.reserve(start.opening.opportunity_id, account_id, at)
            if rule:
                raise Broken("opportunity_id", rule)
        except Broken as broken:
            return Admission(None, broken.field, broken.rule, broken.detail)
        return Admission(start)

    def _opening(self, account_id: str, at: datetime, wish: OpenOpportunity) -> Start:
        if "~" in wish.opportunity_id:
            raise Broken("opportunity_id", "reserved_character", "~ marks successors")
        process = self._library.find(wish.process, wish.process_version)
        if process is None:
            raise Broken("process", "unknown_process", f"no process is called {wish.process!r}")
        again = self._ledger.was_taken_back(wish.opportunity_id)
        return Start(account_id=account_id, opening=wish, process=process, at=at, again=again)

    def _successor(self, account_id: str, at: datetime, wish: ReopenOpportunity) -> Start:
        before = self._ledger.state(wish.opportunity_id)
        if before is None or account_id not in self._heirs(before.account_id):
            raise Broken("opportunity_id", "unknown_opportunity")
        if before.outcome is None:
            raise Broken("opportunity_id", "still_open")
        process = self._library.find(before.process.name) or before.process
        attempt = before.attempt + 1
        new_id = f"{wish.opportunity_id.split('~')[0]}~{attempt}"
        if self._ledger.opportunity(new_id):
            raise Broken("opportunity_id", "reopened_already", f"its successor is {new_id}")
        return Start(
            account_id=account_id,
            opening=_again(before, wish, new_id, at),
            process=process,
            at=at,
            attempt=attempt,
            predecessor_id=wish.opportunity_id,
            heard=before.heard,
            evidence=wish.evidence,
        )

    def _heirs(self, account_id: str) -> Iterator[str]:
        """The account, and what it has become a part of since."""
        yield account_id
        state = self._ledger.account_state(account_id)
        if state and state.merging.agreed and state.merging.into:
            yield from self._heirs(state.merging.into)


def _again(
    before: Opportunity, wish: ReopenOpportunity, new_id: str, at: datetime
) -> OpenOpportunity:
    """The opening of a successor: what was known, with fresh clocks."""
    amount = wish.amount
    if amount is None and before.amount is not None and before.currency:
        amount = Money(amount=before.amount, currency=before.currency)
    close_date = wish.close_date
    if close_date is None and before.close_at and before.close_at > at:
        close_date = before.close_date
    said: dict[str, Any] = {
        "opportunity_id": new_id,
        "process": before.process.name,
        "amount": amount,
        "close_date": close_date,
        "event_id": wish.event_id,
        "occurred_at": wish.occurred_at,
        "sent_at": wish.sent_at,
        "actor": wish.actor,
        "note": wish.reason,
        "override": wish.override,
    }
    for name in ("name", "lead_source", "segment", "product", "territory", "owner", "team"):
        said[name] = getattr(before, name) or None
    for name in ("stakeholders", "objectives", "competitors", "line_items", "qualification"):
        said[name] = getattr(before, name)
    return OpenOpportunity.model_validate({k: v for k, v in said.items() if v is not None})
