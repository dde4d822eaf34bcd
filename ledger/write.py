"""Writing: the ledger follows its writers as a replica follows a log.

The same fact again is nothing. Another fact under a stored number takes that number and all later
ones back, for a history was rewritten; but no rewriting reaches behind the end of an opportunity.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
    update,
)

from ledger import notices, reservation, traces
from ledger.batch import Ack, Batch, Subject
from ledger.bulk import insert_new
from ledger.columns import as_written
from ledger.engine import upsert
from ledger.errors import Gap
from ledger.fold import FOLDS, Fold, Row
from ledger.processes import Definitions, Processes
from ledger.read import FACT_COLUMNS, end_of, journal
from ledger.redaction import redact
from ledger.schema import fact as facts_table
from ledger.totals import Moves, Place, Standing, standing_of
from ledger.trace import Trace
from sales.account.state import Account
from sales.facts import Fact
from sales.opportunity import Opportunity
from sales.pool.state import Pool

CHUNK: Final = 500
"""How many ids one query asks for."""

COUNTED: Final = (*Place._fields, "amount", "account_id")
"""The columns of a row that say where it is counted, and whose it is."""

RESUMED: Final = ("account_resumed", "pool_resumed")
"""The first word of a run that goes on from the ledger, since the one before was terminated."""

_said: Final[Callable[[Fact], tuple[Any, ...]]] = attrgetter(*FACT_COLUMNS[1:])
"""All but its number, in the order of the columns."""

Key = tuple[Subject, str]


@dataclass(slots=True)
class Held:
    """What the ledger holds of one subject: its state as it was written, and read once it was
    needed; of an opportunity where it is counted, its trace, where that is stored, and whose it
    is."""

    sequence: int = 0
    text: str | None = None
    stored: bool = False
    standing: Standing | None = None
    trace: Trace | None = None
    traced: Table | None = None
    state: Opportunity | Account | Pool | None = None
    account_id: str | None = None


class Writing:
    """The work of one transaction: rows are collected, and written together by `flush`."""

    def __init__(self, connection: Connection, definitions: Definitions | None = None) -> None:
        self._connection = connection
        self._processes = Processes(connection, definitions)
        self._now = datetime.now(UTC)
        self._held: dict[Key, Held] = {}
        self._facts: list[tuple[Batch, tuple[Fact, ...]]] = []
        self._changed: dict[Key, Opportunity | Account | Pool] = {}
        self._moves = Moves()
        self._owners: dict[str, str] = {}

    def expect(self, batches: Sequence[Batch]) -> None:
        """Read what is held of every subject in the batches."""
        for subject, fold in FOLDS.items():
            ids = list({batch.id for batch in batches if batch.subject == subject})
            for start in range(0, len(ids), CHUNK):
                some = {"ids": ids[start : start + CHUNK]}
                for found in self._connection.execute(_held(fold.table), some).mappings():
                    row: Any = found
                    held = Held(row["sequence"], row["state"], True)
                    if subject == "opportunity":
                        held.standing = standing_of(row)
                        held.trace = Trace(row["steps"], row["words"])
                        held.traced = traces.place_of(row["outcome"])
                        held.account_id = row["account_id"]
                    self._held[subject, row["id"]] = held

    def add(self, batch: Batch) -> Ack:
        """Take one batch. Raises Gap where facts before it are missing."""
        held = self._held.setdefault((batch.subject, batch.id), Held())
        first, last = batch.facts[0].sequence, batch.facts[-1].sequence
        if first > held.sequence + 1 and batch.facts[0].kind != "restored":
            raise Gap(batch.subject, batch.id, held.sequence + 1, first)
        known, new = self._known(batch, held)
        superseded = 0
        if new and new[0].sequence <= held.sequence:
            since = new[0].sequence
            if end := self._end_since(batch, since):
                return Ack(since - 1, 0, batch.facts, end)
            if self._overtaken(batch, since):
                return Ack(since - 1, 0, batch.facts, overtaken=True)
            superseded = self._cut(batch, held, since)
        if new:
            self._append(batch, held, new)
        return Ack(last, superseded, known + new)

    def flush(self) -> None:
        """Write what was collected."""
        if self._facts:
            self._now, told = notices.written(self._connection, self._facts, self._now)
            insert_new(self._connection, facts_table, self._fact_rows())
            if told:
                notices.insert(self._connection, told)
        for batch, facts in self._facts:
            if any(fact.kind == "erased" for fact in facts):
                redact(self._connection, batch.subject, batch.id, facts)
        for subject, fold in FOLDS.items():
            keys = [key for key in self._changed if key[0] == subject]
            known = {key for key in keys if self._held[key].stored}
            self._put(fold.table, self._row, keys, known)
            if subject == "opportunity":
                self._put_traces(keys)
            for key in keys:
                self._held[key].stored = True
        self._moves.write(self._connection)
        if self._owners:
            reservation.hand_over(self._connection, self._owners)
        self._facts, self._changed, self._owners = [], {}, {}

    def _put(
        self, table: Table, row: Callable[[Key], Row], keys: Iterable[Key], known: Collection[Key]
    ) -> None:
        """Replace the rows of what is known in the table, and insert those of what is not."""
        if new := [key for key in keys if key not in known]:
            in_order = itemgetter(*table.columns.keys())
            insert_new(self._connection, table, (in_order(row(key)) for key in new))
        if known:
            self._connection.execute(upsert(self._connection, table), [row(key) for key in known])

    def _put_traces(self, keys: Iterable[Key]) -> None:
        here: dict[Table, list[Key]] = {table: [] for table in traces.TABLES}
        gone: dict[Table, list[str]] = {table: [] for table in traces.TABLES}
        for key in keys:
            held, state = self._held[key], self._changed[key]
            assert isinstance(state, Opportunity)
            place = traces.place_of(state.outcome)
            here[place].append(key)
            if held.traced not in (None, place):
                gone[held.traced].append(key[1])
        for table in traces.TABLES:
            known = {key for key in here[table] if self._held[key].traced is table}
            if gone[table]:
                traces.remove(self._connection, gone[table], table)
            self._put(table, self._trace, here[table], known)
            for key in here[table]:
                self._held[key].traced = table

    def _row(self, key: Key) -> Row:
        """The current row, as it is counted from now on."""
        fold: Fold[Any] = FOLDS[key[0]]
        row, held = fold.row(self._changed[key]), self._held[key]
        if key[0] == "opportunity":
            standing = standing_of(row)
            self._moves.move(held.standing, standing)
            held.standing = standing
        return row

    def _trace(self, key: Key) -> Row:
        trace = self._held[key].trace
        assert trace
        return trace.row(key[1])

    def _known(self, batch: Batch, held: Held) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        """The facts that the ledger holds, each at the moment it was first taken down, and those
        from the first on that it does not hold as it is said now."""
        first, known = batch.facts[0].sequence, list[Fact]()
        if first > held.sequence:
            return (), batch.facts
        self.flush()
        c = facts_table.c
        columns = select(c.sequence, c.digest, c.kind, c.recorded_at, c.cause)
        rows = self._connection.execute(columns.where(_live(batch, first))).all()
        stored = {row.sequence: row for row in rows}
        restored = max((row.sequence for row in rows if row.kind == "restored"), default=0)
        for index, fact in enumerate(batch.facts):
            row = stored.get(fact.sequence)
            if row and row.digest == fact.digest():
                known.append(replace(fact, recorded_at=row.recorded_at, cause=row.cause))
            elif fact.sequence <= restored:
                known.append(fact)  # it is in the state with which the journal begins
            else:
                return tuple(known), batch.facts[index:]
        return tuple(known), ()

    def _end_since(self, batch: Batch, since: int) -> dict[str, Any] | None:
        """The outcome record, where an opportunity's stored end lies at `since` or behind it."""
        if batch.subject != "opportunity":
            return None
        query = select(facts_table.c.sequence).where(_live(batch, since))
        if self._connection.scalar(query.where(facts_table.c.kind == "ended")) is None:
            return None
        return end_of(self._connection, batch.id)

    def _overtaken(self, batch: Batch, since: int) -> bool:
        """Whether another run has gone on, at `since` or behind it, from what the ledger knew: then
        the batch's run was over, and what it still had in hand comes too late."""
        table = facts_table.c
        theirs = and_(table.kind.in_(RESUMED), table.run_id != batch.run_id)
        query = select(table.sequence).where(_live(batch, since), theirs).limit(1)
        return self._connection.scalar(query) is not None

    def _cut(self, batch: Batch, held: Held, since: int) -> int:
        """Take back what stands from `since` on, and fold again what is left before it."""
        cuts = select(func.max(facts_table.c.superseded)).where(_of(batch))
        number = (self._connection.scalar(cuts) or 0) + 1
        taken = self._connection.execute(
            update(facts_table).where(_live(batch, since)).values(superseded=number)
        )
        notices.take_back(self._connection, batch.subject, [batch.id], since)
        held.sequence, held.text, held.state, held.trace = since - 1, None, None, None
        self._fold(batch, held, journal(self._connection, batch.subject, batch.id))
        return taken.rowcount

    def _append(self, batch: Batch, held: Held, new: tuple[Fact, ...]) -> None:
        fold = FOLDS[batch.subject]
        if batch.process:
            self._processes.learn(batch.process)
        if held.state is None and held.text is not None:
            held.state = fold.load(held.text, self._processes.get)
        self._fold(batch, held, new)
        if held.state is None or held.state.id != batch.id:
            raise ValueError(f"{batch.subject} {batch.id!r}: its journal is another's")
        held.sequence = new[-1].sequence
        self._facts.append((batch, new))
        self._changed[batch.subject, batch.id] = held.state

    def _fold(self, batch: Batch, held: Held, facts: Sequence[Fact]) -> None:
        """What is held, after the facts."""
        fold: Fold[Any] = FOLDS[batch.subject]
        for fact in facts:
            held.state = fold.evolve(held.state, fact, self._processes.get)
        if isinstance(held.state, Opportunity):
            if held.account_id not in (None, held.state.account_id):
                self._owners[batch.id] = held.state.account_id
            held.account_id = held.state.account_id
            held.trace = held.trace or Trace()
            held.trace.take(facts)

    def _fact_rows(self) -> Iterator[tuple[Any, ...]]:
        for batch, new in self._facts:
            subject, id_, run_id = batch.subject, batch.id, batch.run_id
            for fact in new:
                about = (subject, id_, fact.sequence, 0, fact.digest(), run_id, self._now)
                yield about + _said(fact)


@cache
def _held(table: Table) -> Select[Any]:
    """Asks for what is held of some `ids`; made once, for every write asks it."""
    ids: BindParameter[str] = bindparam("ids", expanding=True)
    names = ("id", "sequence", *(name for name in COUNTED if name in table.columns))
    state = as_written(table.c.state)
    query = select(*(table.c[name] for name in names), state).where(table.c.id.in_(ids))
    return traces.beside(query) if table is FOLDS["opportunity"].table else query


def _of(batch: Batch) -> ColumnElement[bool]:
    return and_(facts_table.c.subject == batch.subject, facts_table.c.id == batch.id)


def _live(batch: Batch, since: int) -> ColumnElement[bool]:
    """The rows of the batch's subject that stand, from `since` on."""
    live = and_(facts_table.c.superseded == 0, facts_table.c.sequence >= since)
    return and_(_of(batch), live)
