"""From what the runs tell to a ledger, which follows them as it followed the runs themselves."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus

from activities.history import Definitions, closed_at, process_of, read_run
from activities.reconcile import ENDS, close_stored
from activities.recorder import Recorder
from ledger.batch import Batch, Subject
from ledger.errors import Gap, ProcessConflict, UnknownProcess
from ledger.ledger import Ledger
from sales.drafts import Broken
from sales.evolve import REFERRING
from sales.facts import Fact
from sales.opening import Start, begin
from sales.restoring import restored, restored_end
from starter.rebuilding.listing import Listed, successor
from starter.rebuilding.telling import Given, Said, Stood, Wrote, tell

SUBJECTS: Final[dict[str, Subject]] = {
    "opportunity": "opportunity",
    "account": "account",
    "pool": "pool",
}
"""What has workflows, by the beginning of their ids."""
MOST_WAITING: Final = 500
"""How many reservations are written at once."""


@dataclass(slots=True)
class Restored:
    """What was read and what came of it, of all that ever began. `begin_later` names what begins
    with a state, since its older runs are gone, and at which number; `ended` what ended by
    Temporal's word alone, as reconciliation would have it; `incomplete` what could not be told to
    the end, and why."""

    opportunities: int = 0
    accounts: int = 0
    pools: int = 0
    runs: int = 0
    reservations: int = 0
    begin_later: dict[str, int] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    incomplete: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Life:
    """One opportunity, account or pool, as far as its runs have been read."""

    subject: Subject
    id: str
    run_id: str = ""
    began: bool = False
    start: Start | None = None
    processes: Definitions = field(default_factory=dict)


class Restoring:
    """Fills one ledger."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        """From the histories that `client` sees, into `ledger`."""
        self._client, self._ledger = client, ledger
        self._recorder = Recorder(ledger)
        self._reserved: dict[str, tuple[str, datetime]] = {}
        self.found = Restored()

    async def restore(self, workflow_id: str, runs: list[Listed]) -> None:
        """One workflow: all of its runs, the oldest first."""
        kind, _, id_ = workflow_id.partition(":")
        life = Life(SUBJECTS[kind], id_)
        last = runs[-1]
        try:
            for run in runs:
                await self._follow(life, run)
            while further := await successor(self._client, workflow_id, last):
                await self._follow(life, further)
                last = further
            if life.subject == "opportunity":
                await self._close(life, last)
        except (Gap, ProcessConflict, UnknownProcess, ValidationError) as error:
            self.found.incomplete[workflow_id] = str(error)
        self.found.accounts += life.began and life.subject == "account"
        self.found.opportunities += life.began and life.subject == "opportunity"
        self.found.pools += life.began and life.subject == "pool"

    async def finish(self) -> Restored:
        """Write what waits; all that came of it."""
        await self._reserve()
        return self.found

    async def _follow(self, life: Life, listed: Listed) -> None:
        run = await read_run(self._client, f"{life.subject}:{life.id}", listed.run_id)
        if run is None:  # it went while we read
            return
        if listed.status == WorkflowExecutionStatus.FAILED and not run.effects:
            return  # refused at once, whatever it was started with
        told = await tell(self._client, life.subject, run)
        life.run_id, life.start = listed.run_id, told.start or life.start
        life.processes |= told.processes
        if told.start and told.start.again:
            await self._begin_again(life, told.start)
        self._reserved |= told.reserved
        if len(self._reserved) > MOST_WAITING:
            await self._reserve()
        for said in _joined(told.said):
            match said:
                case Wrote(facts):
                    await self._record(life, facts)
                case Given():
                    await self._go_on(life, said)
                case Stood(end):
                    await self._stand(life, end)
        self.found.runs += 1

    async def _begin_again(self, life: Life, start: Start) -> None:
        """Whatever the life before came to, it was taken back before this one began."""
        event_id = start.opening.event_id or ""
        if await asyncio.to_thread(self._ledger.begin_again, life.id, event_id):
            at = start.at or datetime.now(UTC)
            self._reserved[life.id] = start.account_id, at

    async def _record(self, life: Life, facts: tuple[Fact, ...], run_id: str = "") -> None:
        """In pieces: a fact that names a process begins a batch that brings it."""
        life.began = life.began or bool(facts)
        for piece in _pieces(facts):
            process = process_of(life.processes, piece[0])
            batch = Batch(life.subject, life.id, run_id or life.run_id, piece, process)
            await self._recorder.record(batch)

    async def _go_on(self, life: Life, given: Given) -> None:
        """What comes before is in the ledger by now, or only the state is left of it."""
        reached = await asyncio.to_thread(self._sequence, life)
        unwritten = given.unwritten
        first = unwritten[0].sequence if unwritten else given.state.sequence + 1
        if first <= reached + 1:
            await self._record(life, unwritten)
            return
        fact = restored(given.state, given.at)
        await self._record(life, (fact,))
        self.found.begin_later[f"{life.subject}:{life.id}"] = fact.sequence

    async def _stand(self, life: Life, end: dict[str, object]) -> None:
        """An end that no run has decided was written by somebody else, and stood."""
        state = await asyncio.to_thread(self._ledger.state, life.id)
        facts = restored_end(state, end) if state else ()
        await self._record(life, facts, "reconcile")

    async def _close(self, life: Life, last: Listed) -> None:
        """A run that could say nothing any more ended as reconciliation has it."""
        if last.status not in ENDS:
            return
        reached = await asyncio.to_thread(self._sequence, life)
        if not reached and life.start:
            try:
                _, opened = begin(life.start, life.start.at or last.started)
            except Broken:  # it never began
                return
            await self._record(life, (opened,), "reconcile")
        outcome, reason = ENDS[last.status]
        at = closed_at(last.closed)
        if await asyncio.to_thread(close_stored, self._ledger, life.id, outcome, reason, at):
            self.found.ended[life.id] = f"{outcome}/{reason}"

    async def _reserve(self) -> None:
        waiting, self._reserved = self._reserved, {}
        self.found.reservations += await asyncio.to_thread(
            self._ledger.restore_reservations, waiting
        )

    def _sequence(self, life: Life) -> int:
        row: Any = getattr(self._ledger, life.subject)(life.id)
        return row.sequence if row else 0


def _joined(said: list[Said]) -> Iterator[Said]:
    """Writes that follow each other become one."""
    held: tuple[Fact, ...] = ()
    for each in said:
        if isinstance(each, Wrote):
            if held and each.facts[0].sequence != held[-1].sequence + 1:
                yield Wrote(held)
                held = ()
            held += each.facts
            continue
        if held:
            yield Wrote(held)
            held = ()
        yield each
    if held:
        yield Wrote(held)


def _pieces(facts: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    starts = [i for i, fact in enumerate(facts) if i == 0 or fact.kind in REFERRING]
    for start, end in pairwise([*starts, len(facts)]):
        yield facts[start:end]
