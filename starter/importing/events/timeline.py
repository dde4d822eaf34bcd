"""A time line: the events of one case in the order in which they happened, work as hours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Final
from zlib import crc32

from sales.drafts import Broken
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import Activity, EventMapping
from starter.importing.tables.table import Record
from starter.importing.times import Calendar

FIRST, BETWEEN, LAST = range(3)
"""Of what happened at one instant the opening comes first and the end last."""


@dataclass(slots=True)
class Event:
    """One event understood. `worked` is on those that end a piece of work, or are cut out of one
    by the end of the case; `begun` on those that say nothing but that it began."""

    at: datetime
    rank: int
    order: int
    record: Record
    name: str
    word: str
    resource: str
    activity: Activity
    begun: bool = False
    worked: timedelta | None = None
    cut: bool = False

    @property
    def id(self) -> str:
        """When, and a number over what: the same in every format of the log."""
        said = f"{self.name}\0{self.word}\0{self.resource}"
        return f"{(self.at - _EPOCH) // _MICROSECOND:x}-{crc32(said.encode()):08x}"


LONGEST: Final = 200
"""How long the name of a resource may be."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_IN_ORDER: Final = attrgetter("at", "rank", "order")


class Timelines:
    """Understands the events of the cases of one log."""

    def __init__(self, log: Log, mapping: EventMapping, calendar: Calendar) -> None:
        columns, self._calendar = mapping.columns, calendar
        self._activity, self._lifecycle = log.field(columns.activity), log.field(columns.lifecycle)
        self._time, self._resource = log.field(columns.time), log.field(columns.resource)
        self._activities, self._ignored = mapping.activities, frozenset(mapping.ignore)
        words = mapping.lifecycle
        self._done, self._begun = frozenset(words.done), frozenset(words.begun)
        self._unheard = frozenset(words.ignore)

    def of(self, case: Case, looked_at: list[Record]) -> list[Event]:
        """What happened, in order; the same event told twice is one. Raises Broken for the event
        that was `looked_at` last."""
        events: list[Event] = []
        for order, record in enumerate(case.events):
            looked_at.append(record)
            if event := self._event(order, record):
                events.append(event)
        events.sort(key=_IN_ORDER)
        return _worked(_once(events))

    def _event(self, order: int, record: Record) -> Event | None:
        """Nothing where the mapping ignores it."""
        cells = record.cells
        name = self._activity(cells)
        activity = self._activities.get(name)
        if activity is None:
            if name in self._ignored:
                return None
            rule = "unknown_activity" if name else "required"
            raise Broken("activity", rule, f"the mapping has no {name!r}" if name else "")
        word = self._lifecycle(cells)
        done = not word or word in self._done
        if not done and word not in self._begun:
            if word in self._unheard:
                return None
            raise Broken("lifecycle", "unknown_lifecycle", f"the mapping has no {word!r}")
        at = self._calendar.past("time", self._time(cells))
        if at is None:
            raise Broken("time", "required")
        resource = self._resource(cells)
        if len(resource) > LONGEST:
            raise Broken("resource", "too_long", f"more than {LONGEST} characters")
        rank = FIRST if activity.opens else LAST if activity.ends else BETWEEN
        return Event(at, rank, order, record, name, word, resource, activity, not done)


def _once(events: Iterable[Event]) -> Iterator[Event]:
    """Sorted events, without those that say what another of the same instant has said."""
    at: datetime | None = None
    said: list[tuple[str, str, str]] = []
    for event in events:
        if event.at != at:
            at, said = event.at, []
        if (told := (event.name, event.word, event.resource)) not in said:
            said.append(told)
            yield event


def _worked(events: Iterable[Event]) -> list[Event]:
    """What was done, and the work from its beginning to that, which the end of the case cuts in
    two: hours behind the end cannot be known at the end. What began and was never done is none."""
    running: dict[str, Event] = {}
    found: list[Event] = []
    closed: datetime | None = None
    for event in events:
        if event.begun:
            running[event.name] = event
            continue
        if event.rank == LAST and closed is None:
            closed = event.at
        effort, start = event.activity.effort, running.pop(event.name, None)
        if effort and start:
            event.worked = min(event.at - start.at, effort.most)
            if closed and start.at < closed < event.at:
                cut = _cut(start, closed, min(closed - start.at, effort.most))
                event.worked -= cut.worked or timedelta(0)
                found.append(cut)
        found.append(event)
    found.sort(key=_IN_ORDER)
    return found


def _cut(start: Event, closed: datetime, worked: timedelta) -> Event:
    """The part of the work until the end, told when it came."""
    return Event(
        closed,
        BETWEEN,
        start.order,
        start.record,
        start.name,
        start.word,
        start.resource,
        start.activity,
        worked=worked,
        cut=True,
    )
