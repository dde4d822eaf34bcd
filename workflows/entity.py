"""What drivers do alike: hear each message at once, keep the facts, carry them to the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, Generic, TypeVar

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import FailureError

from ledger.batch import Ack
from sales.facts import Cause, Fact
from sales.messages import Message
from sales.process import Limits, Process
from sales.receipt import Receipt
from workflows.alarm import Alarm
from workflows.hearing import NOTHING, read_raw
from workflows.leave import AT_ONCE, ONCE, granted
from workflows.length import TASK, Length
from workflows.settled import settled

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

MOST_BYTES: Final = 100_000
"""What one write, or one carried state, may weigh beside the rest: the server's limit for a
payload is 256 KiB, and a run that met it could neither write nor roll over."""
SOON: Final = timedelta(seconds=1)
IN_TIME: Final = timedelta(seconds=30)
FOR_EVER: Final = RetryPolicy(maximum_interval=timedelta(seconds=10))


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact on its way to the ledger, with the process it refers to, if it does."""

    fact: Fact
    process: Process | None = None


@dataclass(eq=False, slots=True)
class Heard:
    """A message, and the receipt it has once its turn has come."""

    message: Message
    cause: Cause
    receipt: Receipt | None = None


def wish(kind: str, about: type[Message]) -> Callable[..., None]:
    """The signal handler for one kind of message."""

    def handler(self: "Entity[Any]", raw: RawValue = NOTHING) -> None:
        self.length.signalled(raw.payload.ByteSize())
        self.hear(read_raw(kind, raw, self.kinds), "signal")

    # The SDK takes every annotated parameter for an argument of the signal.
    del handler.__annotations__["self"]
    return workflow.signal(name=kind, description=about.__doc__)(handler)


class Entity(Generic[S]):
    """A state moved by messages, its outbox, and the one writer that empties it."""

    kinds: ClassVar[Mapping[str, type[Message]]]
    """The messages it takes."""
    state: S
    """Set before the first message is taken; until then messages wait."""

    def __init__(self) -> None:
        """Nothing heard, nothing kept."""
        self.outbox: list[Entry] = []
        self.waiting: list[Heard] = []
        self.dirty = True
        self.cancelled = False
        self.overtaken = False
        self.at_once = 0
        self.length = Length()
        self.alarm = Alarm()
        self.leave: asyncio.Task[bool] | None = None
        self.refused = False
        self.errand: asyncio.Task[None] | None = None
        self.writer: asyncio.Task[None] | None = None

    # -- what a driver is made of --------------------------------------------------------------

    def must_wait(self, message: Message) -> bool:
        """Whether it cannot be told yet what follows from the message."""
        raise NotImplementedError

    def take(self, message: Message, cause: Cause) -> Receipt | None:
        """Keep the facts that follow; and what the sender is told, if they can be told."""
        raise NotImplementedError

    def evolved(self, fact: Fact, process: Process | None) -> S:
        """The state after the fact."""
        raise NotImplementedError

    def outgrown(self) -> bool:
        """Whether this run should be followed by another."""
        raise NotImplementedError

    def next_errand(self) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """What has to be asked of the world outside, the most pressing first."""
        raise NotImplementedError

    async def deliver(self, facts: tuple[Fact, ...], process: Process | None, local: bool) -> Ack:
        """Carry the facts to the ledger, whatever it takes."""
        raise NotImplementedError

    def told(self, end: dict[str, Any]) -> None:
        """The ledger holds an end that stands against what was just written."""
        raise NotImplementedError

    # -- hearing -------------------------------------------------------------------------------

    def hear(self, message: Message, cause: Cause) -> Heard:
        """Decide now; only what cannot be told yet waits for its turn."""
        heard = Heard(message, cause)
        if self.must_wait(message):
            self.waiting.append(heard)
            self.dirty = True
        else:
            heard.receipt = self.take(message, cause)
        return heard

    def hear_the_waiting(self) -> None:
        """Those whose turn has come, in the order in which they came."""
        waiting, self.waiting = self.waiting, []
        for heard in waiting:
            if self.must_wait(heard.message):
                self.waiting.append(heard)
            else:
                heard.receipt = self.take(heard.message, heard.cause)

    # A message that waits is carried to the next run; its sender is told to ask again.
    @workflow.update(
        description="Any message, with a receipt: {kind: <a signal's name>, ...}",
        unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON,
    )
    async def submit(self, raw: RawValue = NOTHING) -> Receipt:
        """Say it and be told: accepted, or the rule it broke."""
        self.length.updated(raw.payload.ByteSize())
        heard = self.hear(read_raw(None, raw, self.kinds), "update")
        if heard.receipt is None:
            await workflow.wait_condition(lambda: heard.receipt is not None)
        assert heard.receipt
        return heard.receipt

    @submit.validator
    def _submit_shape(self, raw: RawValue = NOTHING) -> None:
        """Its presence turns a wrong number of arguments into an error to the sender."""

    @workflow.signal(dynamic=True)
    def anything_else(self, name: str, args: Sequence[RawValue]) -> None:
        """A name nobody knows is refused, not forgotten."""
        self.length.signalled(sum(each.payload.ByteSize() for each in args))
        self.hear(read_raw(name, args[0] if args else NOTHING, self.kinds), "signal")

    # -- rolling over --------------------------------------------------------------------------

    def wake(self) -> None:
        """Once more through the loop."""
        self.dirty = False
        if self.alarm.rang():
            self.length.came(2)

    def light(self) -> bool:
        """Whether what waits is small enough to be carried to the next run."""
        size = sum(entry.fact.size() for entry in self.outbox)
        bodies = (heard.message.model_dump_json(exclude_unset=True) for heard in self.waiting)
        return size + sum(len(body) for body in bodies) <= MOST_BYTES

    def rolls_over(self) -> bool:
        """Whether to go on in another run right now: with the outbox in hand, not in the middle of
        an errand, and by the worker's leave.

        What is done at once is waited for before leave is asked: its marker would come behind the
        command that ends the run, and the server refuses such a task.
        """
        if self.leave and self.leave.done():
            leave, self.leave = self.leave.result(), None
            if leave and self.errand is None and self.light():
                return True
        if self.leave is None and self.is_pausing() and not self.at_once:
            self.refused = False
            self.leave = asyncio.create_task(self._ask_leave())
        return False

    def is_leaving(self) -> bool:
        """Whether this run may be about to end, so that nothing new should be begun."""
        if self.leave:
            return not self.refused
        return self.outgrown() and self.light()

    def is_pausing(self) -> bool:
        """Whether the outbox is about to be handed on as it is; an errand may take its time."""
        return self.errand is None and self.is_leaving()

    async def _ask_leave(self) -> bool:
        leave = await granted()
        self.length.add(1 if leave else 3 + TASK)  # a timer, too, and the task that it calls for
        self.refused = not leave
        if not leave:
            self.dirty = True
            await workflow.sleep(SOON, summary="asks to roll over")
        self.dirty = True
        return leave

    # -- the world outside ---------------------------------------------------------------------

    async def effect(
        self, work: Callable[[Any, A], Awaitable[R]], what: A, summary: str, local: bool = True
    ) -> R:
        """Done at once if that is safe and works; else by a normal activity, tried for ever."""
        if local:
            self.at_once += 1
            try:
                return await workflow.execute_local_activity_method(
                    work, what, start_to_close_timeout=AT_ONCE, retry_policy=ONCE
                )
            except FailureError:
                pass  # slow or down; the normal activity below shows itself to admins meanwhile
            finally:
                self.at_once -= 1
                self.length.add(1)
        self.length.add(1)
        done = await workflow.execute_activity_method(
            work, what, start_to_close_timeout=IN_TIME, retry_policy=FOR_EVER, summary=summary
        )
        self.length.came(2)
        return done

    def run_errands(self) -> None:
        """One errand at a time, and never in the way of a message."""
        if self.errand and self.errand.done():
            self.errand.result()  # an errand that broke must fail the task, not vanish
            self.errand = None
        if self.errand is None and (work := self.next_errand()):
            self.errand = asyncio.create_task(self._run(work))

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        finally:
            self.dirty = True

    # -- the outbox ----------------------------------------------------------------------------

    def keep(self, facts: tuple[Fact, ...], process: Process | None = None) -> None:
        """Fold the facts into the state now; the ledger gets them in its own time."""
        for fact in facts:
            refers = process if fact.kind == "migrated" else None
            self.state = self.evolved(fact, refers)
            self.note(fact, refers)

    def note(self, fact: Fact, process: Process | None = None) -> None:
        """Into the outbox, and on to the loop."""
        self.outbox.append(Entry(fact, process))
        self.dirty = True

    def write(self, limits: Limits) -> None:
        """See to it that somebody empties the outbox."""
        if self.writer and self.writer.done():
            self.writer.result()  # a writer that broke must fail the task, not vanish
            self.writer = None
        if self.outbox and self.writer is None and not self.is_pausing():
            self.writer = asyncio.create_task(self._empty(limits.batch))

    async def _empty(self, most: int) -> None:
        try:
            while self.outbox and not self.is_pausing():
                entries = self._oldest(most)
                facts = tuple(entry.fact for entry in entries)
                self.length.add(0, sum(fact.size() for fact in facts))
                ack = await self.deliver(facts, entries[0].process, local=settled(facts))
                self.overtaken = ack.overtaken
                if ack.overtaken:
                    return
                if ack.end:
                    self.told(ack.end)
                else:
                    del self.outbox[: len(entries)]
        finally:
            self.dirty = True

    def _oldest(self, most: int) -> list[Entry]:
        """As many as fit one write; one that refers to a process begins a write of its own."""
        taken, size = [self.outbox[0]], self.outbox[0].fact.size()
        for entry in self.outbox[1:most]:
            size += entry.fact.size()
            if entry.process or size > MOST_BYTES:
                break
            taken.append(entry)
        return taken
