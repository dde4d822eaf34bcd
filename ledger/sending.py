"""Sending notices: how far each channel is, who sends over it, and what became of each notice.

None of it is a fold: it tells what was done and not what happened. One worker at a time holds a
channel, for a while; should it die, another goes on where the last answer was written down, so
that a notice may go out twice, and none is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, update

from ledger import notice_reading
from ledger.engine import insert_once, upsert
from ledger.rows import ChannelRow, NoticeRow, SentRow
from ledger.schema import channel, notice, notice_sent

AT_ONCE: Final = 100
"""How many notices are sent before their answers are written down, about."""
HELD: Final = timedelta(seconds=90)
"""How long a channel is held without a word; a dead worker's is another's after that."""
STALE: Final = timedelta(days=7)
"""What was written longer ago is not sent any more: a channel that was away for months would tell
everybody of what is long over."""

_C: Final = channel.c
_S: Final = notice_sent.c


@dataclass(frozen=True, slots=True)
class Due:
    """A notice to be sent, and how often that was tried."""

    notice: NoticeRow
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a worker has to send over a channel, and how far that brings it."""

    due: list[Due]
    through: datetime


def begin(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Channels that are new begin behind what was written last, and send nothing of before."""
    last = notice_reading.last(connection) or now - STALE
    rows = [{"name": name, "through": last} for name in names]
    if rows:
        connection.execute(insert_once(connection, channel), rows)


def waiting(connection: Connection, name: str, holder: str, now: datetime) -> bool:
    """Whether there is anything that this holder could send over the channel."""
    row = connection.execute(select(channel).where(_C.name == name)).first()
    if row is None or _is_others(row, holder, now):
        return False
    behind = select(notice.c.written_at).where(notice.c.written_at > max(row.through, now - STALE))
    if connection.scalar(behind.limit(1)):
        return True
    return connection.scalar(_again(name, now).limit(1)) is not None


def claim(connection: Connection, name: str, holder: str, now: datetime) -> Claimed | None:
    """What is to be sent over the channel, which is the holder's for a while; nothing while it is
    another's."""
    row = connection.execute(select(channel).where(_C.name == name)).first()
    if row is None or _is_others(row, holder, now):
        return None
    held = update(channel).where(_C.name == name)
    connection.execute(held.values(holder=holder, held_until=now + HELD))
    tries = {
        each.notice: each.tries for each in connection.execute(_again(name, now).limit(AT_ONCE))
    }
    again = notice_reading.named(connection, [*tries], now)
    gone = [each for each in tries if each not in again]  # its fact was taken back
    if gone:
        of_them = (_S.channel == name, _S.notice.in_(gone))
        connection.execute(delete(notice_sent).where(*of_them))
    start = max(row.through, now - STALE)
    fresh = notice_reading.after(connection, start, now, AT_ONCE)
    due = [Due(each, tries[each.id]) for each in again.values()] + [Due(each) for each in fresh]
    return Claimed(due, fresh[-1].cursor if fresh else row.through)


def settle(
    connection: Connection, name: str, holder: str, answers: Sequence[SentRow], through: datetime
) -> None:
    """Write down what became of what was claimed, and let go of the channel."""
    if answers:
        rows = [
            dict(zip(notice_sent.columns.keys(), astuple(each), strict=True)) for each in answers
        ]
        connection.execute(upsert(connection, notice_sent), rows)
    further = (_C.name == name, _C.through < through)
    connection.execute(update(channel).where(*further).values(through=through))
    mine = (_C.name == name, _C.holder == holder)
    connection.execute(update(channel).where(*mine).values(holder=None, held_until=None))


def channels(connection: Connection, now: datetime) -> list[ChannelRow]:
    """How far every channel is."""
    found = []
    for row in connection.execute(select(channel).order_by(_C.name)).all():
        since = max(row.through, now - STALE)
        behind = select(func.count()).where(notice.c.written_at > since)
        bad = select(func.count()).where(_S.channel == row.name, _S.error.is_not(None))
        queries = (behind, bad.where(_S.again_at.is_not(None)), bad.where(_S.again_at.is_(None)))
        counts = [connection.scalar(query) or 0 for query in queries]
        found.append(ChannelRow(*row, *counts))
    return found


def failed(connection: Connection) -> list[SentRow]:
    """What was given up, by channel."""
    given_up = (_S.error.is_not(None), _S.again_at.is_(None))
    found = connection.execute(select(notice_sent).where(*given_up))
    return sorted((SentRow(*row) for row in found), key=lambda row: (row.channel, row.notice))


def of(connection: Connection, ids: Sequence[str]) -> list[SentRow]:
    """What became of these notices, on every channel."""
    names = connection.scalars(select(_C.name)).all()
    query = select(notice_sent).where(_S.channel.in_(names), _S.notice.in_(ids))
    return [SentRow(*row) for row in connection.execute(query.order_by(_S.channel))]


def retry(connection: Connection, now: datetime, name: str | None = None) -> int:
    """Try once more what was given up, on one channel or on all; how much that is."""
    given_up: list[ColumnElement[bool]] = [_S.error.is_not(None), _S.again_at.is_(None)]
    if name:
        given_up.append(_S.channel == name)
    changed = connection.execute(update(notice_sent).where(*given_up).values(tries=0, again_at=now))
    return changed.rowcount


def _is_others(row: Row[Any], holder: str, now: datetime) -> bool:
    return row.holder not in (None, holder) and row.held_until > now


def _again(name: str, now: datetime) -> Select[Any]:
    """What failed and is to be tried again by now."""
    bad = (_S.channel == name, _S.error.is_not(None), _S.again_at <= now)
    return select(_S.notice, _S.tries).where(*bad).order_by(_S.again_at)
