"""Reading: each function is one question, asked of one connection."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypedDict, TypeVar, Unpack

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select

from ledger import schema
from ledger.batch import Subject
from ledger.columns import as_written
from ledger.fold import OPPORTUNITY, Fold, State
from ledger.processes import Processes
from ledger.rows import AccountRow, FactRow, OpportunityRow, PoolRow
from sales.facts import Fact
from sales.outcome import record_of

FACT_COLUMNS: Final = tuple(each.name for each in fields(Fact))

AT_ONCE: Final = 500
"""How many ids one query asks for."""

DETAILS_AT_ONCE: Final = 5_000

Journals = dict[str, list[Fact]]


class Details(NamedTuple):
    """What is in no trace of an opportunity that has ended, as its state has it."""

    id: str
    opened_at: datetime
    closed_at: datetime
    stakeholders: dict[str, dict[str, Any]]
    plan: dict[str, dict[str, Any]]
    competitors: dict[str, dict[str, Any]]
    outcome: dict[str, Any]


Record = TypeVar("Record", OpportunityRow, AccountRow, PoolRow)


class Page(TypedDict, total=False):
    """At most `limit` rows, those whose id comes behind `after`."""

    limit: int | None
    after: str | None


class AccountFilter(Page, total=False):
    """Which accounts: those of an owner, of a segment, in a band of health."""

    owner: str | None
    segment: str | None
    band: str | None


class OpportunityFilter(Page, total=False):
    """Which opportunities; what is None does not matter."""

    account_id: str | None
    owner: str | None
    process: str | None
    stage: str | None
    outcome: Literal["open", "won", "lost", "expired", "withdrawn"] | None


def journal_rows(
    connection: Connection, subject: Subject, id: str, superseded: bool = False
) -> list[FactRow]:
    """The journal as written, in order; what was taken back stands before what replaced it."""
    column = schema.fact.c
    about = (column.superseded, column.digest, column.run_id, column.written_at)
    query = select(*about, *(column[name] for name in FACT_COLUMNS))
    query = query.where(column.subject == subject, column.id == id)
    if superseded:
        query = query.order_by(column.sequence, column.superseded == 0, column.superseded)
    else:
        query = query.where(column.superseded == 0).order_by(column.sequence)
    rows = connection.execute(query)
    return [FactRow(Fact(*row[4:]), *row[:4]) for row in rows]


def journal(
    connection: Connection, subject: Subject, id: str, superseded: bool = False
) -> list[Fact]:
    """The facts of one subject, in order."""
    return [row.fact for row in journal_rows(connection, subject, id, superseded)]


def written_before(connection: Connection, subject: Subject, id: str, sequence: int) -> list[Fact]:
    """The facts of the last write before the one of that number, in order."""
    column = schema.fact.c
    mine = and_(column.subject == subject, column.id == id, column.superseded == 0)
    last = select(column.written_at).where(mine, column.sequence == sequence - 1)
    query = select(*(column[name] for name in FACT_COLUMNS))
    query = query.where(
        mine, column.sequence < sequence, column.written_at == last.scalar_subquery()
    )
    return [Fact(*row) for row in connection.execute(query.order_by(column.sequence))]


def journals(connection: Connection, subject: Subject, ids: Sequence[str]) -> Journals:
    """The facts of each of them, in order; those without a fact are missing."""
    column, found = schema.fact.c, Journals()
    query = select(column.id, *(column[name] for name in FACT_COLUMNS))
    query = query.where(column.subject == subject, column.superseded == 0)
    for start in range(0, len(ids), AT_ONCE):
        some = query.where(column.id.in_(ids[start : start + AT_ONCE]))
        for row in connection.execute(some.order_by(column.id, column.sequence)):
            found.setdefault(row.id, []).append(Fact(*row[1:]))
    return found


def account_facts(
    connection: Connection, kinds: Collection[str]
) -> Iterator[Sequence[tuple[str, Fact]]]:
    """The facts of these kinds of all accounts, each with its account's id, many at once: those of
    one account after the other, each in the order of its journal."""
    column = schema.fact.c
    query = select(column.id, *(column[name] for name in FACT_COLUMNS))
    query = query.where(column.subject == "account", column.superseded == 0)
    query = query.where(column.kind.in_(kinds)).order_by(column.id, column.sequence)
    with connection.execute(query.execution_options(yield_per=DETAILS_AT_ONCE)) as found:
        for rows in found.partitions():
            yield [(row.id, Fact(*row[1:])) for row in rows]


def late_facts(connection: Connection, opportunity_id: str) -> list[tuple[str, Fact]]:
    """What the account of an opportunity keeps of what came after its end, in order, with the
    account's id; accounts to which it belonged before have passed theirs on."""
    column, owner = schema.fact.c, schema.opportunity.c
    query = select(column.id, *(column[name] for name in FACT_COLUMNS))
    mine = select(owner.account_id).where(owner.id == opportunity_id).scalar_subquery()
    query = query.where(column.subject == "account", column.id == mine, column.superseded == 0)
    query = query.where(column.kind == "late_message_kept").order_by(column.sequence)
    rows = connection.execute(query)
    return [
        (row.id, Fact(*row[1:])) for row in rows if row.data["opportunity_id"] == opportunity_id
    ]


def ended_details(connection: Connection) -> Iterator[Sequence[Details]]:
    """What is in no trace of what has ended, many at once."""
    column = schema.opportunity.c
    said = (column.state[name] for name in ("stakeholders", "plan", "competitors", "outcome"))
    query = select(column.id, column.opened_at, column.closed_at, *said)
    query = query.where(column.outcome.is_not(None))
    with connection.execute(query.execution_options(yield_per=DETAILS_AT_ONCE)) as found:
        for rows in found.partitions():
            yield [Details(*row) for row in rows]


def begun_by(connection: Connection, subject: Subject, id: str) -> str | None:
    """The run that wrote the first of the facts that stand."""
    column = schema.fact.c
    query = select(column.run_id).where(column.subject == subject, column.id == id)
    query = query.where(column.superseded == 0).order_by(column.sequence).limit(1)
    found: str | None = connection.scalar(query)
    return found


def state(connection: Connection, fold: Fold[State], id: str) -> State | None:
    """The state that the journal folds to, as it was stored with the last fact."""
    query = select(as_written(fold.table.c.state)).where(fold.table.c.id == id)
    text = connection.scalar(query)
    return None if text is None else fold.load(text, Processes(connection).get)


def end_of(connection: Connection, id: str) -> dict[str, Any] | None:
    """The outcome record of an opportunity, once it has ended."""
    found = state(connection, OPPORTUNITY, id)
    return record_of(found) if found and found.outcome else None


def opportunity(connection: Connection, id: str) -> OpportunityRow | None:
    """One opportunity as it stands."""
    return _one(connection, schema.opportunity, OpportunityRow, id)


def opportunities(
    connection: Connection, **wanted: Unpack[OpportunityFilter]
) -> list[OpportunityRow]:
    """The opportunities that fit, ordered by id."""
    column = schema.opportunity.c
    same = {name: wanted.get(name) for name in ("account_id", "owner", "process", "stage")}
    where = _equal(schema.opportunity, same)
    if outcome := wanted.get("outcome"):
        where.append(column.outcome.is_(None) if outcome == "open" else column.outcome == outcome)
    return _rows(connection, schema.opportunity, OpportunityRow, where, wanted)


def due(
    connection: Connection, before: datetime, owner: str | None = None, limit: int | None = None
) -> list[OpportunityRow]:
    """The open opportunities whose deadline lies before that, what is due first coming first."""
    column = schema.opportunity.c
    query = _records(schema.opportunity, OpportunityRow)
    query = query.where(column.deadline < before)  # what has ended has none
    if owner:
        query = query.where(column.owner == owner)
    query = query.order_by(column.deadline, column.id).limit(limit)
    return [OpportunityRow(*row) for row in connection.execute(query)]


def deadlines(connection: Connection) -> dict[str, datetime]:
    """The deadline of every open opportunity, by its id."""
    column = schema.opportunity.c
    query = select(column.id, column.deadline).where(column.deadline.is_not(None))
    return dict(tuple(row) for row in connection.execute(query))


def account(connection: Connection, id: str) -> AccountRow | None:
    """One account as it stands."""
    return _one(connection, schema.account, AccountRow, id)


def accounts(connection: Connection, **wanted: Unpack[AccountFilter]) -> list[AccountRow]:
    """The accounts that fit, ordered by id."""
    same = {name: wanted.get(name) for name in ("owner", "segment", "band")}
    where = _equal(schema.account, same)
    return _rows(connection, schema.account, AccountRow, where, wanted)


def pool(connection: Connection, id: str) -> PoolRow | None:
    """One pool as it stands."""
    return _one(connection, schema.pool, PoolRow, id)


def pools(connection: Connection) -> list[PoolRow]:
    """Every pool, ordered by id."""
    return _rows(connection, schema.pool, PoolRow, [], {})


def asking(connection: Connection) -> dict[str, dict[str, int]]:
    """Which open opportunities want hours of which pool, and by which of their facts."""
    column, found = schema.opportunity.c, dict[str, dict[str, int]]()
    query = select(column.id, column.state["pools"]).where(column.outcome.is_(None))
    with connection.execute(query.execution_options(yield_per=DETAILS_AT_ONCE)) as rows:
        for id, pools in rows:
            for pool_id, (_, number, released) in (pools or {}).items():
                if not released:
                    found.setdefault(pool_id, {})[id] = number
    return found


def heard(connection: Connection, subject: Subject, id: str, event_id: str) -> int | None:
    """The number of the first fact that stands and that the event has caused."""
    column = schema.fact.c
    query = select(func.min(column.sequence)).where(column.subject == subject, column.id == id)
    query = query.where(column.superseded == 0, column.event_id == event_id)
    found: int | None = connection.scalar(query)
    return found


def _equal(table: Table, values: Mapping[str, object]) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in values.items() if value is not None]


def _one(connection: Connection, table: Table, record: type[Record], id: str) -> Record | None:
    return next(iter(_rows(connection, table, record, [table.c.id == id], {})), None)


def _records(table: Table, record: type[Record]) -> Select[Any]:
    return select(*(table.c[each.name] for each in fields(record)))


def _rows(
    connection: Connection,
    table: Table,
    record: type[Record],
    where: list[ColumnElement[bool]],
    page: Page,
) -> list[Record]:
    """Whole records in the order of their ids, one page of them."""
    query = _records(table, record).where(*where)
    if after := page.get("after"):
        query = query.where(table.c.id > after)
    query = query.order_by(table.c.id).limit(page.get("limit"))
    return [record(*row) for row in connection.execute(query)]
