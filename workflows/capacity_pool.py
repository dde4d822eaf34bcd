"""A capacity pool: it lends its hours where they pay, takes them back from every end, and has none
of its own but an explicit close."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.delivery import DeliveryActivities, PoolDelivery
    from ledger.batch import Ack
    from sales.facts import Cause, Fact
    from sales.messages import Message
    from sales.pool.decide import begin_pool, decide_pool, next_look, passed, resumed_pool
    from sales.pool.evolve import evolve_pool
    from sales.pool.messages import POOL_KINDS
    from sales.pool.state import Pool, dump_pool
    from sales.pool.viewing import lease_views, queue_views
    from sales.process import Process
    from sales.receipt import Receipt, pool_receipt
    from workflows import showing
    from workflows.carrying import PoolCarried, PoolStart, Unheard, pool_start
    from workflows.entity import Entity, wish
    from workflows.hearing import NOTHING, unreadable


@workflow.defn(name="CapacityPool")
class CapacityPool(Entity[Pool]):
    """One pool, for as long as there are hours to lend."""

    kinds = POOL_KINDS

    @workflow.init
    def __init__(self, raw: RawValue = NOTHING) -> None:
        """Whole before the first message; what came before this run is the ledger's to say."""
        super().__init__()
        self.unknown: str | None = None
        given = pool_start(raw)
        self.limits = given.limits
        if isinstance(given, PoolCarried):
            self.state, self.outbox = given.state, list(given.outbox)
            self.waiting = [each.heard(POOL_KINDS) for each in given.waiting]
        else:
            self.unknown = given.pool_id

    @workflow.run
    async def run(self, raw: RawValue = NOTHING) -> dict[str, Any]:
        """Hear, look at the clock, show, write; only an explicit close ends it."""
        while True:
            self.wake()
            self.run_errands()
            if self.overtaken:
                workflow.continue_as_new(PoolStart(pool_id=self.state.id, limits=self.limits))
            if not self.unknown:
                self.hear_the_waiting()
                self.look_at_the_clock()
                if self.rolls_over():
                    workflow.continue_as_new(self.carried())
                self.show()
                self.write(self.limits)
                if self.state.closed_at and not self.outbox:
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    return dump_pool(self.state)
            try:
                await workflow.wait_condition(lambda: self.dirty or self.alarm.rang())
            except asyncio.CancelledError:
                if workflow.cancellation_reason() is None:
                    raise  # the cache evicts us; that is nobody's wish
                self.cancelled = True
                self.hear(unreadable("cancel", "use_close_pool", field="pool_id"), "cancel")

    def carried(self) -> PoolCarried:
        """What the next run needs."""
        waiting = [Unheard.of(each) for each in self.waiting]
        return PoolCarried(self.state, self.outbox, waiting, self.limits)

    def outgrown(self) -> bool:
        """Grown too long, or asked to cancel, which it refuses and leaves behind."""
        return not self.state.closed_at and (self.cancelled or self.length.over(self.limits))

    # -- messages and time ---------------------------------------------------------------------

    def must_wait(self, message: Message) -> bool:
        """Until the ledger has said what this pool is."""
        return self.unknown is not None

    def take(self, message: Message, cause: Cause) -> Receipt:
        """Keep the facts that follow; and what the sender is told."""
        facts = decide_pool(self.state, message, workflow.now(), cause)
        self.keep(facts)
        return pool_receipt(self.state, message, facts)

    def look_at_the_clock(self) -> None:
        """Do what time has done, and set the one timer."""
        now = workflow.now()
        self.keep(passed(self.state, now, now))
        self.alarm.set(next_look(self.state), now)

    # -- errands -------------------------------------------------------------------------------

    def next_errand(self) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """Remembering is all there is to do."""
        return self.remember if self.unknown else None

    async def remember(self) -> None:
        """A pool that was here before goes on from what the ledger knows of it."""
        assert self.unknown
        known = await self.effect(DeliveryActivities.recall_pool, self.unknown, "what came before")
        now = workflow.now()
        if known:
            self.state = known
            self.keep(resumed_pool(known, now))
        else:
            self.state, fact = begin_pool(self.unknown, now)
            self.note(fact)
        self.unknown = None

    # -- the outbox, and what admins see ---------------------------------------------------------

    def evolved(self, fact: Fact, process: Process | None) -> Pool:
        """The state after the fact."""
        return evolve_pool(self.state, fact)

    async def deliver(self, facts: tuple[Fact, ...], process: Process | None, local: bool) -> Ack:
        """Into the ledger."""
        what = PoolDelivery(self.state.id, workflow.info().run_id, facts)
        return await self.effect(
            DeliveryActivities.deliver_pool, what, "facts to the ledger", local
        )

    def show(self) -> None:
        """Search attributes where they changed, and a page for the UI, which is free."""
        now, held = workflow.now(), workflow.info().typed_search_attributes
        if changed := showing.changes(showing.of_pool(self.state), held):
            workflow.upsert_search_attributes(changed)
            self.length.add(1)
        workflow.set_current_details(showing.pool_page(self.state, len(self.outbox), now))

    # -- the wire ------------------------------------------------------------------------------

    for _kind, _about in POOL_KINDS.items():
        locals()[f"on_{_kind}"] = wish(_kind, _about)
    del _kind, _about

    @workflow.query(name="state", description="The whole state, and how many facts are unwritten")
    def show_state(self) -> dict[str, Any]:
        """The state as JSON, and how many facts wait for the ledger."""
        return {**dump_pool(self.state), "outbox": len(self.outbox)}

    @workflow.query(name="leases", description="Who has hours, and until when")
    def show_leases(self) -> list[dict[str, Any]]:
        """Every live lease, the one that ends first coming first."""
        return [each._asdict() for each in lease_views(self.state)]

    @workflow.query(name="queue", description="Who waits, in the order in which they are served")
    def show_queue(self) -> list[dict[str, Any]]:
        """Every request that waits, with what an hour of it is worth."""
        return [each._asdict() for each in queue_views(self.state, workflow.now())]

    @workflow.query(name="refusals", description="The latest refusals")
    def show_refusals(self) -> list[dict[str, Any]]:
        """The latest refusals, each with the field and the rule."""
        return [each._asdict() for each in self.state.refused]
