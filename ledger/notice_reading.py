"""Reading notices: in the order in which they were written, each with whom it reaches now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, tuple_

from ledger import schema
from ledger.entries import calendar, owners
from ledger.notices import id_of
from ledger.rows import NoticeRow
from ledger.schema import notice
from sales.calendar import Calendar
from sales.notice import NOBODY, addressee
from sales.owner import Owner

MOST: Final = 100
"""How many notices a page has unless it is told otherwise."""

_C: Final = notice.c
_OPPORTUNITY: Final = schema.opportunity.c
_ACCOUNT: Final = schema.account.c
_ASKED: Final = func.coalesce(_C.addressee, _OPPORTUNITY.owner, _ACCOUNT.owner)


class NoticeFilter(TypedDict, total=False):
    """Which notices: that reach somebody, or `nobody`; of a code; written at that instant or later;
    at most so many, the latest."""

    to: str | None
    what: str | None
    since: datetime | None
    limit: int


class Register:
    """Who is there on the day on which notices are read."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._owners: dict[str, Owner] = owners(connection)
        self._day = (calendar(connection) or Calendar()).day(now)

    def reached(self, asked: str | None) -> str | None:
        """Whom a notice for somebody reaches."""
        return addressee(asked, self._owners, self._day)

    def asked_of(self, to: str) -> list[str]:
        """For whom the notices are that reach somebody: theirs, and those of who has left."""
        wanted = None if to == NOBODY else to
        return [each for each in {to, *self._owners} if self.reached(each) == wanted]


def latest(
    connection: Connection, now: datetime, **wanted: Unpack[NoticeFilter]
) -> list[NoticeRow]:
    """The notices that fit, the oldest first."""
    register, where = Register(connection, now), list[ColumnElement[bool]]()
    if to := wanted.get("to"):
        asked = _ASKED.in_(register.asked_of(to))
        where.append(or_(_ASKED.is_(None), asked) if to == NOBODY else asked)
    if what := wanted.get("what"):
        where.append(_C.what == what)
    if since := wanted.get("since"):
        where.append(_C.written_at >= since)
    query = _query(*where).order_by(_C.written_at.desc()).limit(wanted.get("limit", MOST))
    return _told(connection, query, register)


def after(
    connection: Connection, cursor: datetime, now: datetime, limit: int = MOST
) -> list[NoticeRow]:
    """The notices behind the cursor in their order: about so many, and never a part of what was
    written at once."""
    behind = select(_C.written_at).where(_C.written_at > cursor).order_by(_C.written_at)
    found = connection.scalars(behind.limit(limit)).all()
    if not found:
        return []
    query = _query(_C.written_at > cursor, _C.written_at <= found[-1])
    return _told(connection, query, Register(connection, now))


def named(connection: Connection, ids: Sequence[str], now: datetime) -> dict[str, NoticeRow]:
    """Those of them that stand, by id."""
    keys = []
    for each in ids:
        subject, _, rest = each.partition("/")
        id_, sequence, _, number = rest.rsplit("/", 3)
        keys.append((subject, id_, int(sequence), int(number)))
    if not keys:
        return {}
    query = _query(tuple_(_C.subject, _C.id, _C.sequence, _C.number).in_(keys))
    found = {row.id: row for row in _told(connection, query, Register(connection, now))}
    return {each: found[each] for each in ids if each in found}


def last(connection: Connection) -> datetime | None:
    """When the youngest notice was written, if there is any."""
    found: datetime | None = connection.scalar(select(func.max(_C.written_at)))
    return found


def _query(*where: ColumnElement[bool]) -> Select[Any]:
    """Notices with whom they are for, and the account that they are about."""
    about = and_(_C.subject.in_(("opportunity", "interview")), _OPPORTUNITY.id == _C.id)
    of = case((_C.subject == "account", _C.id), else_=_OPPORTUNITY.account_id)
    joined = notice.outerjoin(schema.opportunity, about).outerjoin(
        schema.account, _ACCOUNT.id == of
    )
    asked, account_id = _ASKED.label("asked"), of.label("account_id")
    return select(*_C, asked, account_id).select_from(joined).where(*where)


def _told(connection: Connection, query: Select[Any], register: Register) -> list[NoticeRow]:
    rows = connection.execute(query).all()
    in_order = sorted(rows, key=lambda r: (r.written_at, r.subject, r.id, r.sequence, r.number))
    return [
        NoticeRow(
            id=id_of(row.subject, row.id, row.sequence, row.digest, row.number),
            cursor=row.written_at,
            at=row.occurred_at,
            what=row.what,
            words=row.words,
            to=register.reached(row.asked),
            due=row.due,
            subject=row.subject,
            subject_id=row.id,
            account_id=row.account_id,
            sequence=row.sequence,
            kind=row.kind,
        )
        for row in in_order
    ]
