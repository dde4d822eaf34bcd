"""A log: its events, case by case, in memory that does not grow with the log.

Where the events of a case lie apart, as in a log sorted by time, they are first put together in a
file of their own beside the system's other temporary files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from starter.importing.common import Sources
from starter.importing.events.mapping import EventMapping
from starter.importing.events.spool import spooled
from starter.importing.rows import Export, Place, Rejected
from starter.importing.tables.table import MOST_EVENTS, Record
from starter.importing.tables.xes import XesTable

Read = Callable[[tuple[str, ...]], str]
"""Reads one field of an event."""


@dataclass(frozen=True, slots=True)
class Case(Place):
    """One case: its name, and its events in the order of the log; the place is its first event's.
    `fault` is what is wrong with one of them as such."""

    name: str
    events: tuple[Record, ...]
    fault: Rejected | None = None


class Log:
    """The cases of one log, as its mapping reads it."""

    def __init__(self, path: Path, mapping: EventMapping, mapping_file: Path) -> None:
        """Raises BadExport, or BadMapping where the two do not belong together."""
        self.export = Export(path, mapping, mapping_file)
        self.header = ("case", *self.export.header)
        self._case = self.field(mapping.columns.case)

    def field(self, sources: Sources) -> Read:
        """Reads the first of these columns that is not empty; those that are not here are not."""
        header = self.export.header
        there = [(header.index(n), self.export.mending(n)) for n in sources if n in header]
        if len(there) == 1:
            [(only, mend)] = there
            return lambda cells: mend(cells[only])
        return lambda cells: next((told for at, m in there if (told := m(cells[at]))), "")

    def __len__(self) -> int:
        """How many cases there are."""
        return self._shape[0]

    def __iter__(self) -> Iterator[Case | Rejected]:
        """Every case, in the order of their first events; and every event that names no case."""
        named = self._named()
        if not self._shape[1]:
            named = spooled(named)
        for name, events in groupby(named, key=itemgetter(0)):
            if name:
                yield self._whole(name, (record for _, record in events))
            else:
                yield from (self._nameless(record) for _, record in events)

    def _named(self) -> Iterator[tuple[str, Record]]:
        width = len(self.export.header)
        for record in self.export.records():
            yield self._case(record.cells) if len(record.cells) == width else "", record

    @cached_property
    def _shape(self) -> tuple[int, bool]:
        """How many cases, and whether the events of each lie together; in XES they do."""
        if isinstance(self.export.table, XesTable):
            return self.export.table.traces, True
        seen: set[str] = set()
        together = True
        for name, _ in groupby(self._named(), key=itemgetter(0)):
            together &= name not in seen or not name
            seen.add(name)
        return len(seen), together

    def _whole(self, name: str, records: Iterator[Record]) -> Case:
        events: list[Record] = []
        fault = None
        for record in records:
            if record.fault and not fault:
                fault = _rejected(name, record, *record.fault)
            if len(events) < MOST_EVENTS:
                events.append(record)
            elif not fault:
                fault = _rejected(name, record, "case", "too_many", f"over {MOST_EVENTS} events")
        return Case(events[0].number, (name, *events[0].cells), name, tuple(events), fault)

    def _nameless(self, record: Record) -> Rejected:
        return _rejected("", record, *(record.fault or ("case", "required", "")))


def _rejected(name: str, record: Record, field: str, rule: str, detail: str) -> Rejected:
    return Rejected(record.number, (name, *record.cells), field, rule, detail)
