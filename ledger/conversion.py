"""What sums are worth in one currency: frozen for what has ended, current for what is open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from ledger import read
from ledger.entries import calendar
from ledger.rows import OpportunityRow
from ledger.schema import fact as facts_table
from sales.calendar import CALENDAR, Calendar
from sales.drafts import Broken
from sales.entries import evolve_entered
from sales.exchange import Conversion, Exchange, Learned
from sales.rate import Rate

AT_ONCE: Final = 500
_C: Final = facts_table.c


class Missing(NamedTuple):
    """An opportunity whose sum cannot be converted, and the rule that says why."""

    id: str
    currency: str
    rule: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A conversion for each opportunity that has a sum, but for those that are missing."""

    target: str
    conversions: dict[str, Conversion] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)


def conversions(
    connection: Connection,
    rows: Sequence[OpportunityRow],
    now: datetime,
    target: str | None = None,
) -> Converted:
    """How the sums of these opportunities convert into `target`, or else into the calendar's base
    currency. Raises Broken where neither is there."""
    days = calendar(connection)
    target = target or (days.base_currency if days else None)
    if target is None:
        raise Broken("base_currency", "required", "the ledger's calendar names none")
    known, found = exchange(connection), Converted(target)
    ends = ended_at(connection, [row.id for row in rows if row.closed_at])
    for row in rows:
        if row.currency is None:
            continue
        if row.closed_at and row.id in ends:
            conversion = known.frozen(row.currency, target, row.closed_at, ends[row.id])
        else:
            conversion = known.current(row.currency, target, now)
        if conversion:
            found.conversions[row.id] = conversion
        else:
            rule = "no_rate" if days else "no_calendar"
            found.missing.append(Missing(row.id, row.currency, rule))
    return found


def exchange(connection: Connection) -> Exchange:
    """Everything that the ledger has ever been told of rates and calendars."""
    calendars: list[tuple[Calendar, datetime]] = []
    for fact in read.journal(connection, "calendar", CALENDAR):
        before = calendars[-1][0] if calendars else None
        calendars.append((evolve_entered(Calendar, before, fact), fact.recorded_at))
    return Exchange(_rates(connection), calendars)


def ended_at(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When the end of each was recorded."""
    query = select(_C.id, _C.recorded_at).where(
        _C.subject == "opportunity", _C.kind == "ended", _C.superseded == 0
    )
    found: dict[str, datetime] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = query.where(_C.id.in_(ids[start : start + AT_ONCE]))
        found.update((id_, at) for id_, at in connection.execute(some))
    return found


def _rates(connection: Connection) -> Iterator[Learned]:
    """Every rate that was ever said, with those that were corrected."""
    columns = select(_C.sequence, _C.recorded_at, _C.data)
    said = columns.where(_C.subject == "rate", _C.superseded == 0)
    for sequence, at, data in connection.execute(said):
        yield Learned(Rate.model_validate({**data, "sequence": sequence}), at)
