"""An account: it launches opportunities, learns how they end, and has no end of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.accounts import BACKSTOP
    from activities.admission import AdmissionActivities, Wish, Wishes
    from activities.delivery import AccountDelivery, DeliveryActivities
    from ledger.batch import Ack
    from sales.account.decide import (
        decide_account,
        managed,
        needs_admission,
        next_look,
        open_account,
        passed,
        resumed,
        retired,
    )
    from sales.account.evolve import evolve_account
    from sales.account.merging.rules import retires
    from sales.account.messages import ACCOUNT_KINDS, SetPolicy
    from sales.account.policy import Policy
    from sales.account.state import Account as State
    from sales.account.state import Admission, Opening, dump_account
    from sales.facts import Cause, Fact
    from sales.messages import Message
    from sales.opening import Start, begin
    from sales.process import Limits, Process
    from sales.reading import read
    from sales.receipt import Receipt, account_receipt
    from workflows import showing
    from workflows.carrying import AccountCarried, AccountStart, Unheard, account_start
    from workflows.entity import Entity, Heard, wish
    from workflows.hearing import NOTHING, unreadable
    from workflows.ids import opportunity_workflow
    from workflows.settled import SETTLED

TOGETHER = 50
"""How many opportunities are launched at once."""


@workflow.defn(name="Account")
class Account(Entity[State]):
    """One account, for as long as there is a relationship."""

    kinds = ACCOUNT_KINDS

    @workflow.init
    def __init__(self, raw: RawValue = NOTHING) -> None:
        """Whole before the first message; what came before this run is the ledger's to say."""
        super().__init__()
        self.unknown: str | None = None
        self.numbering = False
        given = account_start(raw)
        self.limits = given.limits
        if isinstance(given, AccountCarried):
            self.state, self.outbox = given.state, list(given.outbox)
            self.waiting = [each.heard(ACCOUNT_KINDS) for each in given.waiting]
        else:
            self.unknown, self.name = given.account_id, given.name

    @workflow.run
    async def run(self, raw: RawValue = NOTHING) -> dict[str, Any]:
        """Hear, look at the clock, launch, show, write; only an explicit retirement ends it."""
        while True:
            self.wake()
            if not self.unknown:
                self.hear_the_waiting()
                self.look_at_the_clock()
            self.run_errands()
            if self.overtaken:
                workflow.continue_as_new(AccountStart(account_id=self.state.id, limits=self.limits))
            if not self.unknown:
                if self.rolls_over():
                    workflow.continue_as_new(self.carried())
                self.show()
                self.write(self.limits)
                if self.state.retired_at and not self.outbox and self.errand is None:
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    return dump_account(self.state)
            try:
                await workflow.wait_condition(lambda: self.dirty or self.alarm.rang())
            except asyncio.CancelledError:
                if workflow.cancellation_reason() is None:
                    raise  # the cache evicts us; that is nobody's wish
                self.cancelled = True
                self.hear(unreadable("cancel", "use_retire", field="account_id"), "cancel")

    def carried(self) -> AccountCarried:
        """What the next run needs."""
        waiting = [Unheard.of(each) for each in self.waiting]
        return AccountCarried(self.state, self.outbox, waiting, self.limits)

    def outgrown(self) -> bool:
        """Grown too long, or asked to cancel, which it refuses and leaves behind."""
        return not self.state.retired_at and (self.cancelled or self.length.over(self.limits))

    # -- messages and time ---------------------------------------------------------------------

    def must_wait(self, message: Message) -> bool:
        """Until the ledger has said what this account is, or whether something may begin; a policy
        has to be fetched, and nothing overtakes it."""
        if self.unknown is not None or needs_admission(self.state, message):
            return True
        before = (heard.message for heard in self.waiting)
        return any(isinstance(each, SetPolicy) for each in (message, *before))

    def take(
        self,
        message: Message,
        cause: Cause,
        admission: Admission | None = None,
        policy: Policy | None = None,
        at: datetime | None = None,
    ) -> Receipt:
        """Keep the facts that follow; and what the sender is told."""
        now = at or workflow.now()
        facts = decide_account(self.state, message, now, cause, admission, policy)
        self.keep(facts)
        return account_receipt(self.state, message, facts)

    def look_at_the_clock(self) -> None:
        """Do what time has done, ask for what the account itself wants, set the one timer."""
        now = workflow.now()
        if not self.state.retiring_at:
            self.keep(passed(self.state, now, now))
        asked = {heard.message.event_id for heard in self.waiting}
        for event_id, wanted in self.state.wanted.items():
            if event_id not in asked:
                body = {**wanted.body, "event_id": event_id}
                self.hear(read(wanted.kind, body, ACCOUNT_KINDS), "clock")
        self.alarm.set(next_look(self.state), now)

    # -- errands -------------------------------------------------------------------------------

    def next_errand(self) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """Remembering, launching, retiring; nothing new while this run is about to end."""
        if self.unknown:
            return self.remember
        if self.waiting and not self.is_leaving():
            first = self.waiting[0].message
            return self.learn_policy if isinstance(first, SetPolicy) else self.launch
        return self.retire if retires(self.state) else None

    async def remember(self) -> None:
        """An account that was here before goes on from what the ledger knows of it."""
        assert self.unknown
        known = await self.effect(
            AdmissionActivities.recall_account, self.unknown, "what came before"
        )
        now = workflow.now()
        if known.state:
            self.state = known.state
            self.keep(resumed(known.state, now))
        else:
            self.state, fact = open_account(self.unknown, now, self.name or "")
            self.note(fact)
        self.keep(managed(self.state, now, known.policy))
        self.unknown = None

    async def learn_policy(self) -> None:
        """The first message that waits names a policy: fetch it, if there is one."""
        first = self.waiting[0]
        assert isinstance(first.message, SetPolicy)
        ref = (first.message.policy, first.message.policy_version)
        policy = await self.effect(AdmissionActivities.find_policy, ref, "policy to be managed by")
        self.waiting.remove(first)
        first.receipt = self.take(first.message, first.cause, policy=policy)

    async def launch(self) -> None:
        """Ask the ledger for all that wait, start the children, and tell the senders."""
        asked = list(self.openings())[:TOGETHER]
        self.numbering = not self.outbox
        ids = self.state.id, workflow.info().run_id
        since = self.state.sequence if self.numbering else None
        wishes = (Wish(h.message, h.cause) for h in asked if isinstance(h.message, Opening))
        what = Wishes(*ids, workflow.now(), since, tuple(wishes))
        local = all(heard.cause in SETTLED for heard in asked)
        admitted = await self.effect(AdmissionActivities.admit, what, "admission", local)
        self.numbering = False
        told, children = list[tuple[Heard, Receipt]](), []
        for heard, admission in zip(asked, admitted.admissions, strict=True):
            if heard in self.waiting:  # otherwise what was said meanwhile has answered it
                self.waiting.remove(heard)
                receipt = self.take(heard.message, heard.cause, admission, at=what.at)
                told.append((heard, receipt))
                if receipt.workflow_id and admission.start and not receipt.duplicate:
                    children.append(self.start_child(admission.start))
        # What the admission wrote down itself, word for word, need not be written again.
        written = {fact.digest() for fact in admitted.written}
        self.outbox = [each for each in self.outbox if each.fact.digest() not in written]
        self.dirty = True
        await asyncio.gather(*children)
        for heard, receipt in told:
            heard.receipt = receipt  # not before its workflow is there to be spoken to

    def openings(self) -> Iterator[Heard]:
        """Those that wait to launch something, up to the first that waits for something else."""
        return takewhile(lambda heard: isinstance(heard.message, Opening), self.waiting)

    async def start_child(self, start: Start) -> None:
        """A child of its own life: neither our rolling over nor our end touches it."""
        state, _ = begin(start, workflow.now())
        once, again = WorkflowIDReusePolicy.REJECT_DUPLICATE, WorkflowIDReusePolicy.ALLOW_DUPLICATE
        self.length.add(1)
        try:
            child = await workflow.start_child_workflow(
                "Opportunity",
                start,
                id=opportunity_workflow(state.id),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                id_reuse_policy=again if start.again else once,
                execution_timeout=state.end_by - workflow.now() + BACKSTOP,
                search_attributes=showing.at_start(showing.of_opportunity(state, workflow.now())),
                static_summary=(state.name or state.id)[:90],
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("opportunity_runs_already", extra={"opportunity": state.id})
        else:
            child.add_done_callback(self.length.closed)
        self.length.came(1)

    async def retire(self) -> None:
        """The open opportunities are withdrawn first, each in its time; a merge leaves none."""
        await asyncio.gather(*(self.withdraw(child) for child in sorted(self.state.open)))
        left = self.state.retire_by - workflow.now() if self.state.retire_by else timedelta(0)
        if self.state.open and left > timedelta(0):
            try:
                await workflow.wait_condition(lambda: not self.state.open, timeout=left)
            except TimeoutError:
                workflow.logger.warning("account_retires_with_open_opportunities")
        self.keep(retired(self.state, workflow.now()))

    async def withdraw(self, opportunity_id: str) -> None:
        """Ask a child to end; one that is gone is for reconciliation."""
        body = {"event_id": f"retire:{self.state.id}", "reason": "account_closed"}
        handle = workflow.get_external_workflow_handle(opportunity_workflow(opportunity_id))
        self.length.add(2)
        try:
            await handle.signal("withdraw", body)
        except (FailureError, ApplicationError):
            workflow.logger.warning("opportunity_is_gone", extra={"opportunity": opportunity_id})

    # -- the outbox, and what admins see ---------------------------------------------------------

    def evolved(self, fact: Fact, process: Process | None) -> State:
        """The state after the fact."""
        return evolve_account(self.state, fact)

    def write(self, limits: Limits) -> None:
        """Not while an admission writes down facts of its own: whichever of the two came second
        would take back the other's, and nobody would tell those again."""
        if not self.numbering:
            super().write(limits)

    async def deliver(self, facts: tuple[Fact, ...], process: Process | None, local: bool) -> Ack:
        """Into the ledger."""
        what = AccountDelivery(self.state.id, workflow.info().run_id, facts)
        return await self.effect(
            DeliveryActivities.deliver_account, what, "facts to the ledger", local
        )

    def show(self) -> None:
        """Search attributes where they changed, and a page for the UI, which is free."""
        held = workflow.info().typed_search_attributes
        if changed := showing.changes(showing.of_account(self.state), held):
            workflow.upsert_search_attributes(changed)
            self.length.add(1)
        page = showing.account_page(self.state, len(self.outbox), workflow.now())
        workflow.set_current_details(page)

    # -- the wire ------------------------------------------------------------------------------

    for _kind, _about in ACCOUNT_KINDS.items():
        locals()[f"on_{_kind}"] = wish(_kind, _about)
    del _kind, _about

    @workflow.query(name="state", description="The whole state, and how many facts are unwritten")
    def show_state(self) -> dict[str, Any]:
        """The state as JSON, and how many facts wait for the ledger."""
        return {**dump_account(self.state), "outbox": len(self.outbox)}

    @workflow.query(name="opportunities", description="The open opportunities, by id")
    def show_opportunities(self) -> dict[str, Any]:
        """Process and time of launch of every open opportunity."""
        return {key: child._asdict() for key, child in self.state.open.items()}

    @workflow.query(name="refusals", description="The latest refusals")
    def show_refusals(self) -> list[dict[str, Any]]:
        """The latest refusals, each with the field and the rule."""
        return [each._asdict() for each in self.state.refused]
