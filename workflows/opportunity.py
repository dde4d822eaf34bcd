"""An opportunity: opened, moved by messages and by time, and certain to end."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.admission import AdmissionActivities
    from activities.delivery import Delivery, DeliveryActivities
    from ledger.batch import Ack
    from sales.clocks import next_deadline, next_look, running
    from sales.decide import close, decide, noticed_reset, tick
    from sales.drafts import Broken
    from sales.erasing import Erasure
    from sales.evolve import evolve, stored_end
    from sales.facts import Cause, Fact
    from sales.messages import KINDS, Message, Migrate
    from sales.opening import Request, Start, begin
    from sales.opportunity import Opportunity as State
    from sales.opportunity import dump
    from sales.outcome import record_of
    from sales.process import Process
    from sales.reading import read
    from sales.receipt import Receipt, receipt
    from workflows import showing
    from workflows.carrying import Carried, Unheard, opportunity_start, refuse
    from workflows.entity import Entity, wish
    from workflows.hearing import NOTHING
    from workflows.outage import Outage

KEPT = 50
"""How many facts of this run the `journal` query keeps at hand; the ledger has them all."""


@workflow.defn(name="Opportunity")
class Opportunity(Entity[State]):
    """One opportunity, from its opening to its one outcome."""

    kinds = KINDS

    @workflow.init
    def __init__(self, raw: RawValue = NOTHING) -> None:
        """Whole before the first message is handled, whatever arrives with the start."""
        super().__init__()
        self.outage = Outage()
        self.recent: list[Fact] = []
        self.doubted = False
        self.end: dict[str, Any] | None = None
        self.request: Request | None = None
        given = opportunity_start(raw)
        if isinstance(given, Carried):
            self.resume(given)
        elif isinstance(given, Start):
            self.open(given)
        else:
            self.request = given

    @workflow.run
    async def run(self, raw: RawValue = NOTHING) -> dict[str, Any]:
        """Hear, look at the clock, show, write; until the end is decided and in the ledger."""
        while True:
            self.wake()
            if not self.request:
                self.hear_the_waiting()
            self.run_errands()
            if not self.request:
                self.look_at_the_clock()
                if self.rolls_over():
                    workflow.continue_as_new(self.carried())
                self.show()
                self.write(self.state.process.limits)
                if self.state.outcome and not self.outbox:
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    return self.end or record_of(self.state)
            try:
                await workflow.wait_condition(lambda: self.dirty or self.alarm.rang())
            except asyncio.CancelledError:
                if workflow.cancellation_reason() is None:
                    raise  # the cache evicts us; that is nobody's wish
                self.cancelled = self.dirty = True

    # -- beginning and going on ----------------------------------------------------------------

    def open(self, start: Start) -> None:
        """The first fact; an opening gate that is shut fails the workflow at once."""
        try:
            self.state, fact = begin(start, workflow.now())
        except Broken as broken:
            refuse(broken.field, broken.rule, broken.detail)
        self.recent.append(fact)
        self.note(fact, start.process)
        if start.evidence:
            self.hear(read(start.evidence.kind, start.evidence.body, KINDS), "start")

    async def be_admitted(self) -> None:
        """Started without its account: the id is reserved, the account adopts it, then it opens."""
        assert self.request
        asked = self.request.model_copy(update={"at": workflow.now()})
        admission = await self.effect(AdmissionActivities.adopt, asked, "admission", local=False)
        if admission.start is None:
            refuse(admission.field, admission.rule, admission.detail)
        self.open(admission.start)
        self.request = None

    def resume(self, carried: Carried) -> None:
        """Go on where the run before this one stopped."""
        self.state, self.outbox = carried.state, list(carried.outbox)
        self.waiting = [each.heard(KINDS) for each in carried.waiting]
        self.outage = Outage(carried.held_until)

    def carried(self) -> Carried:
        """What the next run needs."""
        waiting = [Unheard.of(each) for each in self.waiting]
        return Carried(self.state, self.outbox, waiting, self.outage.held_until)

    def outgrown(self) -> bool:
        """Whatever the ledger does: waiting for it would let every new message put it off. An ended
        opportunity only has to finish."""
        return not self.state.outcome and self.length.over(self.state.process.limits)

    # -- messages and time ---------------------------------------------------------------------

    def take(
        self, message: Message, cause: Cause, process: Process | None = None
    ) -> Receipt | None:
        """Keep the facts that follow; and what the sender is told, if they can be told."""
        facts = decide(self.state, message, workflow.now(), cause, process)
        self.keep(facts, process)
        return receipt(self.state, message, facts) if cause == "update" else None

    def must_wait(self, message: Message) -> bool:
        """After an outage what was sent behind the deadline waits while senders catch up: a message
        still on its way may have moved that deadline. A migration waits for its process,
        and nothing overtakes it."""
        if self.request:
            return True
        due = next_deadline(self.state)
        if due is None:
            return False
        before = (heard.message for heard in self.waiting)
        if any(isinstance(each, Migrate) for each in (message, *before)):
            return True
        behind = message.sent_at is not None and message.sent_at > due.at
        return behind and self.outage.holds(self.state, workflow.now())

    def look_at_the_clock(self) -> None:
        """Do what time has done, unless an outage made it late; then set the one timer."""
        now = workflow.now()
        if self.cancelled:
            self.keep(close(self.state, "withdrawn", "cancelled_by_admin", now, "cancel"))
        if not self.outage.holds(self.state, now):
            self.keep(tick(self.state, now))
        self.set_the_alarm(now)

    def set_the_alarm(self, now: datetime) -> None:
        """Look again when time next changes something, or when holding is over."""
        look, due = next_look(self.state), next_deadline(self.state)
        if look and self.outage.held_until:
            look = max(look, self.outage.held_until)
        summary = f"{due.clock} ends it at {due.at:%Y-%m-%d %H:%M:%S} UTC" if due else None
        self.alarm.set(look, now, summary)

    # -- errands -------------------------------------------------------------------------------

    def next_errand(self) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """Being admitted, asking the ledger what it knows, fetching a process."""
        if self.request:
            return self.be_admitted
        if self.state.outcome:
            return None
        if self.doubted and not self.outbox:
            return self.ask_the_ledger
        waits = any(isinstance(each.message, Migrate) for each in self.waiting)
        return self.migrate if waits else None

    async def migrate(self) -> None:
        """The first migration that waits gets the process it names, if there is one."""
        first = next(each for each in self.waiting if isinstance(each.message, Migrate))
        assert isinstance(first.message, Migrate)
        ref = (self.state.process.name, first.message.process_version)
        process = await self.effect(AdmissionActivities.find_process, ref, "process to migrate to")
        if first in self.waiting:  # an end meanwhile has answered it
            self.waiting.remove(first)
            first.receipt = self.take(first.message, first.cause, process)

    async def ask_the_ledger(self) -> None:
        """Somebody doubts that this run knows all: a reset may have thrown it back."""
        known = await self.effect(DeliveryActivities.recall, self.state.id, "what the ledger knows")
        self.doubted = bool(self.outbox)  # what was decided meanwhile is written first
        if known and known.end and not self.state.outcome:
            self.told(known.end)
        elif known and not self.doubted:
            self.keep(noticed_reset(self.state, known.sequence, workflow.now()))

    # -- the outbox, and what admins see ---------------------------------------------------------

    def evolved(self, fact: Fact, process: Process | None) -> State:
        """The state after the fact."""
        if fact.kind == "erased":
            asked = Erasure(fact.data, self.recent)
            self.recent = [asked.redacted(each) for each in self.recent]
        self.recent = [*self.recent[1 - KEPT :], fact]
        return evolve(self.state, fact, process)

    async def deliver(self, facts: tuple[Fact, ...], process: Process | None, local: bool) -> Ack:
        """Into the ledger; accounts are told of a move and an end, and keep what came too late."""
        end = record_of(self.state) if any(fact.kind == "ended" for fact in facts) else None
        ids = self.state.id, self.state.account_id, workflow.info().run_id
        refused, pools = self.end is not None, tuple(self.state.pools)
        what = Delivery(*ids, facts, process, end, refused, pools)
        return await self.effect(DeliveryActivities.deliver, what, "facts to the ledger", local)

    def told(self, end: dict[str, Any]) -> None:
        """The end is final: a run that was reset past it closes with the stored one, and its own
        facts are late messages."""
        self.end = {**end, "reset_refused": True}
        self.state = stored_end(self.state, end)

    def show(self) -> None:
        """Search attributes where they changed, and a page for the UI, which is free."""
        now, held = workflow.now(), workflow.info().typed_search_attributes
        if changed := showing.changes(showing.of_opportunity(self.state, now), held):
            workflow.upsert_search_attributes(changed)
            self.length.add(1)
        workflow.set_current_details(showing.opportunity_page(self.state, len(self.outbox), now))

    # -- the wire ------------------------------------------------------------------------------

    for _kind, _about in KINDS.items():
        locals()[f"on_{_kind}"] = wish(_kind, _about)
    del _kind, _about

    @workflow.signal(description="Ask the ledger whether this run was thrown back by a reset")
    def recheck(self, _raw: RawValue = NOTHING) -> None:
        """Sent by reconciliation; what it leads to is the ledger's word, not the sender's."""
        self.doubted = self.dirty = True

    @workflow.query(name="state", description="The whole state, and how many facts are unwritten")
    def show_state(self) -> dict[str, Any]:
        """The state as JSON, and how many facts wait for the ledger."""
        return {**dump(self.state), "outbox": len(self.outbox)}

    @workflow.query(name="journal", description="The latest facts of this run")
    def show_journal(self) -> list[Fact]:
        """The latest facts, oldest first."""
        return self.recent

    @workflow.query(name="deadlines", description="Every clock that runs")
    def show_deadlines(self) -> list[dict[str, Any]]:
        """Every clock that runs, the next one first."""
        clocks = sorted(running(self.state), key=lambda clock: clock.ends_at)
        return [clock._asdict() for clock in clocks]

    @workflow.query(name="refusals", description="The latest refusals")
    def show_refusals(self) -> list[dict[str, Any]]:
        """The latest refusals, each with the field and the rule."""
        return [each._asdict() for each in self.state.refused]
