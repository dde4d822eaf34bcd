"""Taking back what an import brought: its facts are superseded, its rows and reservations go."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from ledger import notices, read, schema, traces
from ledger.fold import OPPORTUNITY
from ledger.processes import Processes
from ledger.reference import import_
from ledger.schema import fact as facts_table
from ledger.totals import Moves, standing_of
from ledger.write import COUNTED
from sales.imports import Touched, touched
from sales.outcome import record_of

CHUNK: Final = 250
"""How many are best taken back in one transaction: others wait meanwhile."""
STILL_OPEN: Final = Touched("still_open", "its workflow has not ended")

_C: Final = facts_table.c
_OPENED: Final = and_(_C.subject == "opportunity", _C.sequence == 1, _C.kind == "opened")


class Brought(NamedTuple):
    """The opportunities that came with one run: those that stand, and how many do no longer."""

    standing: list[str]
    taken_back: int


def brought(connection: Connection, import_id: str) -> Brought:
    """What a run of an import brought."""
    came = _C.data["imported"]["import"].as_string() == import_id
    standing = select(_C.id).where(_OPENED, _C.superseded == 0, came)
    gone = select(func.count()).where(_OPENED, _C.superseded > 0, came)
    ids = list(connection.scalars(standing.order_by(_C.id)))
    return Brought(ids, connection.scalar(gone) or 0)


class Look(NamedTuple):
    """What stands against taking it back, whether it has ended, and whether in a workflow."""

    touched: Touched | None
    ended: bool
    worked: bool


def look(connection: Connection, import_id: str, ids: Sequence[str]) -> dict[str, Look]:
    """How each of them stands; those that are gone already are missing."""
    journals = read.journals(connection, "opportunity", ids)
    after = reopened(connection, journals)
    return {
        id_: Look(
            touched(journal, import_id, id_ in after),
            any(fact.kind == "ended" for fact in journal),
            journal[0].cause != "import",
        )
        for id_, journal in journals.items()
    }


def take_back(
    connection: Connection, import_id: str, ids: Sequence[str], force: bool = False
) -> dict[str, Touched]:
    """Take them back; what must stay, and why. With `force` also what was touched, if that is
    safe. What is gone already is no news."""
    found = look(connection, import_id, ids)
    left: dict[str, Touched] = {}
    for id_, (why, ended, _) in found.items():
        if why and not (force and why.safe):
            left[id_] = why
        elif not ended:
            left[id_] = STILL_OPEN
    _supersede(connection, [id_ for id_ in found if id_ not in left])
    return left


def reopened(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of them that have a successor, or whose successor is about to start."""
    successors = {f"{id_}~2": id_ for id_ in ids}
    reserved = schema.reservation.c.opportunity_id
    return {
        successors[found]
        for found in connection.scalars(select(reserved).where(reserved.in_(successors)))
    }


def times_taken_back(connection: Connection) -> dict[str, int]:
    """How often each opportunity was taken back, if any undo was ever begun."""
    begun = select(import_.c.id).where(import_.c.undo_begun_at.is_not(None)).limit(1)
    if connection.scalar(begun) is None:
        return {}
    query = select(_C.id, func.count()).where(_OPENED, _C.superseded > 0).group_by(_C.id)
    return {row[0]: row[1] for row in connection.execute(query)}


def was_taken_back(connection: Connection, id: str) -> bool:
    """Whether an opportunity of this id was taken back, ever."""
    query = select(_C.id).where(_OPENED, _C.id == id, _C.superseded > 0).limit(1)
    return connection.scalar(query) is not None


def begin_again(connection: Connection, id: str, event_id: str) -> bool:
    """Supersede the life under this id, unless it is the one that the event opened."""
    opened = select(_C.event_id).where(_OPENED, _C.superseded == 0, _C.id == id)
    found = connection.execute(opened).first()
    if found is None or found.event_id == event_id:
        return False
    _supersede(connection, [id])
    return True


def record_taken_back(connection: Connection, id: str) -> dict[str, Any] | None:
    """The outcome record of what was taken back; nothing where it stands or never was."""
    rows = read.journal_rows(connection, "opportunity", id, superseded=True)
    if not rows or any(not row.superseded for row in rows):
        return None
    last, state = max(row.superseded for row in rows), None
    process_of = Processes(connection).get
    for row in rows:
        if row.superseded == last:
            state = OPPORTUNITY.evolve(state, row.fact, process_of)
    return record_of(state) if state and state.outcome else None


def _supersede(connection: Connection, ids: Sequence[str]) -> None:
    cuts = select(_C.id, func.max(_C.superseded)).where(_of(ids)).group_by(_C.id)
    numbers: dict[int, list[str]] = {}
    for id_, last in connection.execute(cuts):
        numbers.setdefault(last + 1, []).append(id_)
    for number, some in numbers.items():
        live = and_(_of(some), _C.superseded == 0)
        connection.execute(update(facts_table).where(live).values(superseded=number))
    _remove(connection, ids)


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    """The current rows, traces and notices, what they count for in the totals, and reservations."""
    table, reserved, moves = schema.opportunity, schema.reservation.c.opportunity_id, Moves()
    counted = select(*(table.c[name] for name in COUNTED)).where(table.c.id.in_(ids))
    for row in connection.execute(counted).mappings():
        moves.move(standing_of({**row}), None)
    moves.write(connection)
    connection.execute(delete(table).where(table.c.id.in_(ids)))
    traces.remove(connection, ids)
    notices.take_back(connection, "opportunity", ids)
    connection.execute(delete(schema.reservation).where(reserved.in_(ids)))


def _of(ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(_C.subject == "opportunity", _C.id.in_(ids))
