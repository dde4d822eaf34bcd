"""Entries: decided and written in one transaction, so that what they were decided by still holds.

Whoever writes at the same time waits, reads what was written, and comes behind it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from ledger import read
from ledger.batch import Batch, Subject
from ledger.columns import as_written
from ledger.fold import FOLDS
from ledger.processes import Processes
from ledger.schema import fact as facts_table
from ledger.schema import opportunity
from ledger.write import CHUNK, Writing
from sales.calendar import CALENDAR, Calendar
from sales.drafts import Broken
from sales.entries import Entered
from sales.facts import Cause, Fact
from sales.interview import AboutInterview, Ending
from sales.judgement import SetCategory
from sales.owner import Owner
from sales.register import AnyEntry, EntrySubject, Known, about, decide_entry

RUN: Final = "ledger"
INSTANT: Final = timedelta(microseconds=1)
LEARNED: Final[tuple[Subject, ...]] = ("rate", "calendar")
"""What conversions are made by: nothing of it may seem to be known before what is known already,
or what was converted by then would change."""


Key = tuple[Subject, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an entry: the subject it is about, and its fact unless it said nothing new,
    or else the rule it broke."""

    subject: Subject | None = None
    id: str | None = None
    fact: Fact | None = None
    broken: Broken | None = None


class Deciding:
    """One transaction's entries, each decided by what the ones before it have left."""

    def __init__(self, connection: Connection, now: datetime, cause: Cause) -> None:
        self._connection, self._cause = connection, cause
        self._now, self._clock = now, _later(connection, now)
        self._known = Known(now, owners(connection), calendar(connection))
        self._held: dict[Key, Entered | None] = {}
        self._facts: dict[Key, list[Fact]] = {}

    def expect(self, entries: Iterable[AnyEntry]) -> None:
        """Read at once how the subjects of all of them stand."""
        entries = [*entries]
        kinds = AboutInterview | SetCategory
        named = {each.opportunity for each in entries if isinstance(each, kinds)}
        self._known.endings |= endings(self._connection, sorted(named))
        wanted: dict[EntrySubject, list[str]] = {}
        for entry in entries:
            with suppress(Broken):  # which it will be told in its turn
                subject, id_ = about(entry, self._known)
                wanted.setdefault(subject, []).append(id_)
        for kind, ids in wanted.items():
            found = some(self._connection, kind, ids)
            self._held |= {(kind, id_): found.get(id_) for id_ in ids}

    def decide(self, entry: AnyEntry) -> Answer:
        """What becomes of the entry; nothing is written yet."""
        try:
            key = about(entry, self._known)
            if key not in self._held:
                self._held[key] = held(self._connection, *key)
            draft = decide_entry(entry, self._held[key], self._known)
        except Broken as broken:
            return Answer(broken=broken)
        if draft is None:
            return Answer(*key)
        before = self._held[key]
        at = self._clock if key[0] in LEARNED else self._now
        sequence = before.sequence + 1 if before else 1
        fact = Fact(
            *(sequence, draft.kind, at, at, self._cause),
            actor=entry.actor,
            note=entry.note,
            data=draft.data,
        )
        self._keep(key, FOLDS[key[0]].evolve(before, fact, _no_process))
        self._facts.setdefault(key, []).append(fact)
        return Answer(*key, fact)

    def batches(self) -> list[Batch]:
        """What is to be written."""
        return [Batch(*key, RUN, tuple(facts)) for key, facts in self._facts.items()]

    def _keep(self, key: Key, state: Any) -> None:
        self._held[key] = state
        self._known.learn(state)


def enter(
    connection: Connection,
    entries: Sequence[AnyEntry],
    now: datetime,
    cause: Cause = "command",
    write: bool = True,
) -> list[Answer]:
    """Take the entries in their order; those that break a rule change nothing, all others count.

    They are all learned at one moment. Without `write` it is only said what would happen.
    """
    deciding = Deciding(connection, now, cause)
    deciding.expect(entries)
    answers = [deciding.decide(each) for each in entries]
    if write and (batches := deciding.batches()):
        writing = Writing(connection)
        writing.expect(batches)
        for batch in batches:
            writing.add(batch)
        writing.flush()
    return answers


def held(connection: Connection, subject: Subject, id: str) -> Any:
    """How a subject stands, if it is there."""
    return read.state(connection, FOLDS[subject], id)


def some(connection: Connection, subject: Subject, ids: Sequence[str]) -> dict[str, Any]:
    """How those of them stand that are there, by id."""
    fold, found = FOLDS[subject], dict[str, Any]()
    query = select(fold.table.c.id, as_written(fold.table.c.state))
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(query.where(fold.table.c.id.in_(ids[start : start + CHUNK])))
        found |= {id_: fold.load(text, _no_process) for id_, text in rows}
    return found


def endings(connection: Connection, ids: Sequence[str]) -> dict[str, Ending]:
    """How those of the opportunities stand that are there, by id."""
    found, column, processes = dict[str, Ending](), opportunity.c, Processes(connection)
    query = select(column.id, column.outcome, column.process, column.process_version)
    for start in range(0, len(ids), CHUNK):
        some = query.where(column.id.in_(ids[start : start + CHUNK]))
        for id_, outcome, name, version in connection.execute(some).all():
            found[id_] = Ending(outcome, processes.get(name, version))
    return found


def every(connection: Connection, subject: Subject) -> Sequence[Any]:
    """How every subject of a kind stands, in the order of their ids."""
    fold = FOLDS[subject]
    rows = connection.scalars(select(as_written(fold.table.c.state)).order_by(fold.table.c.id))
    return [fold.load(text, _no_process) for text in rows]


def as_of(
    connection: Connection, subject: EntrySubject, instant: datetime
) -> list[tuple[Any, datetime]]:
    """How every subject of a kind stood at that instant, and when it was last spoken of, in the
    order of their ids."""
    column, evolve = facts_table.c, FOLDS[subject].evolve
    query = select(column.id, *(column[name] for name in read.FACT_COLUMNS)).where(
        column.subject == subject, column.superseded == 0, column.recorded_at <= instant
    )
    found: dict[str, tuple[Any, datetime]] = {}
    for id_, *told in connection.execute(query.order_by(column.id, column.sequence)):
        fact = Fact(*told)
        before, _ = found.get(id_, (None, None))
        found[id_] = evolve(before, fact, _no_process), fact.recorded_at
    return list(found.values())


def owners(connection: Connection) -> dict[str, Owner]:
    """Every owner, by id."""
    return {each.id: each for each in every(connection, "owner")}


def calendar(connection: Connection) -> Calendar | None:
    """The calendar, once there is one."""
    found: Calendar | None = held(connection, "calendar", CALENDAR)
    return found


def _later(connection: Connection, now: datetime) -> datetime:
    """Now, or just behind what was learned last, should this clock be behind the other's."""
    column = facts_table.c
    query = select(func.max(column.recorded_at)).where(column.subject.in_(LEARNED))
    last = connection.scalar(query)
    return max(now, last + INSTANT) if last else now


def _no_process(name: str, version: int) -> Any:
    raise LookupError(f"no entry refers to a process, and this one to {name!r} {version}")
