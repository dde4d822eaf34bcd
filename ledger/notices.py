"""Notices as they are stored: a fold of the facts that stand, each made of one fact alone.

They are written in the transaction of their facts, go where those are taken back, and lose the
words that an erasure takes from those.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from ledger import schema
from ledger.batch import Batch, Subject
from ledger.bulk import insert_new
from ledger.fold import Row
from ledger.read import FACT_COLUMNS
from ledger.schema import fact as facts_table
from ledger.schema import notice
from sales.erasing import ERASED
from sales.facts import Fact
from sales.noticed import NOTICED, is_news, noticed

INSTANT: Final = timedelta(microseconds=1)
AT_ONCE: Final = 500

_C: Final = notice.c
_F: Final = facts_table.c
_KINDS: Final = sorted({kind for kinds in NOTICED.values() for kind in kinds})
_LAST: Final = select(func.max(_C.written_at))
_REWORD: Final = update(notice).where(
    *(_C[name] == bindparam(f"its_{name}") for name in ("subject", "id", "sequence", "number"))
)


def id_of(subject: str, id: str, sequence: int, digest: str, number: int) -> str:
    """The id by which a receiver knows a notice that comes twice. A fact that was taken back and is
    said again word for word gives the same."""
    return f"{subject}/{id}/{sequence}/{digest}/{number}"


def rows_of(subject: str, id: str, digest: str, at: datetime, fact: Fact) -> Iterator[Row]:
    """The notices of a fact that was written at that instant, in the order of the columns."""
    if fact.kind not in NOTICED.get(subject, ()):
        return
    for number, each in enumerate(noticed(subject, fact)):
        yield {
            **{"subject": subject, "id": id, "sequence": fact.sequence, "number": number},
            **{"digest": digest, "written_at": at, "kind": fact.kind},
            **{"occurred_at": fact.occurred_at, "what": each.what, "words": each.words},
            **{"addressee": each.to, "due": each.due},
        }


def written(
    connection: Connection, batches: Iterable[tuple[Batch, Sequence[Fact]]], now: datetime
) -> tuple[datetime, list[Row]]:
    """The notices of facts that are about to be written, and when that is: now, or just behind the
    last that told anybody anything, should this clock be behind another's."""
    found = [
        row
        for batch, facts in batches
        if batch.subject in NOTICED
        for fact in facts
        if fact.kind in NOTICED[batch.subject] and is_news(fact)
        for row in rows_of(batch.subject, batch.id, fact.digest(), now, fact)
    ]
    if found:
        last = connection.scalar(_LAST)
        if last and last >= now:
            now = last + INSTANT
            found = [row | {"written_at": now} for row in found]
    return now, found


def insert(connection: Connection, rows: Iterable[Row]) -> None:
    """Write them."""
    insert_new(connection, notice, (tuple(row.values()) for row in rows))


def take_back(connection: Connection, subject: Subject, ids: Sequence[str], since: int = 1) -> None:
    """Remove the notices of these subjects' facts from that one on."""
    of = and_(_C.subject == subject, _C.id.in_(ids), _C.sequence >= since)
    connection.execute(delete(notice).where(of))


def reword(connection: Connection, subject: Subject, id: str, redacted: Iterable[Fact]) -> None:
    """What the notices of these facts say now, and nothing of what a channel said of them."""
    said = [
        {f"its_{name}": row[name] for name in ("subject", "id", "sequence", "number")}
        | {"words": row["words"]}
        for fact in redacted
        for row in rows_of(subject, id, "", fact.recorded_at, fact)
    ]
    if said:
        connection.execute(_REWORD, said)
    sent = schema.notice_sent.c
    of = sent.notice > f"{subject}/{id}/", sent.notice < f"{subject}/{id}/~"
    errors = update(schema.notice_sent).where(*of, sent.error.is_not(None))
    connection.execute(errors.values(error=ERASED))


def made_again(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """The notices of all facts that stand, many at once."""
    about = (_F.subject, _F.id, _F.digest, _F.written_at)
    query = select(*about, *(_F[name] for name in FACT_COLUMNS))
    query = query.where(_F.superseded == 0, _F.kind.in_(_KINDS), _F.cause != "import")
    with connection.execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for some in found.partitions():
            rows = [
                each
                for subject, id_, digest, at, *said in some
                for each in rows_of(subject, id_, digest, at, Fact(*said))
            ]
            if rows:
                yield rows
