"""Redaction: when an `erased` fact is written, the earlier facts lose what it takes.

It happens in the same transaction and by the fact alone, so that a ledger that is made anew redacts
again. A row keeps its number, kind, times and digest: to the log that it follows it is still the
same fact.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, and_, bindparam, select, update

from ledger import notices
from ledger.batch import Subject
from ledger.read import FACT_COLUMNS
from ledger.schema import fact as facts_table
from sales.erasing import Erasure
from sales.facts import Fact

REDACTED: Final = ("data", "note", "actor")
"""The columns that may hold words."""

_C: Final = facts_table.c
_OF: Final = and_(_C.subject == bindparam("of_subject"), _C.id == bindparam("of_id"))
_STORED: Final = select(_C.superseded, *(_C[name] for name in FACT_COLUMNS)).where(_OF)
_ONE: Final = update(facts_table).where(
    _OF, _C.sequence == bindparam("n"), _C.superseded == bindparam("cut")
)


def redact(connection: Connection, subject: Subject, id: str, new: Sequence[Fact]) -> None:
    """Take what the erasures among the new facts take from all that stands before each of them,
    and from all that was taken back."""
    of = {"of_subject": subject, "of_id": id}
    found = connection.execute(_STORED, of)
    stored = {(row.sequence, row.superseded): Fact(*row[1:]) for row in found}
    before = dict(stored)
    for erased in (fact for fact in new if fact.kind == "erased"):
        reach = {
            key: fact for key, fact in stored.items() if key[0] < erased.sequence or key[1] > 0
        }
        asked = Erasure(erased.data, reach.values())
        stored |= {key: asked.redacted(fact) for key, fact in reach.items()}
    changed = {key: fact for key, fact in stored.items() if fact is not before[key]}
    rows = [
        of | {"n": key[0], "cut": key[1]} | {name: getattr(fact, name) for name in REDACTED}
        for key, fact in changed.items()
    ]
    if rows:
        connection.execute(_ONE, rows)
        standing = (fact for (_, superseded), fact in changed.items() if not superseded)
        notices.reword(connection, subject, id, standing)
