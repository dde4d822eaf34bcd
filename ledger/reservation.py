"""Reservations: an opportunity id is unique for ever, and taken before its workflow starts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from ledger import schema
from ledger.engine import insert_once

TAKEN: Final = "id_taken"
"""The rule that a second opportunity under the same id breaks."""


def reserve(connection: Connection, wanted: Mapping[str, str], at: datetime) -> dict[str, str]:
    """The ids that cannot be their accounts' from now on, each with the rule that forbids it.

    `wanted` says whose each opportunity is to be. An account may ask again as long as the
    opportunity has no journal.
    """
    table, stored = schema.reservation.c, schema.opportunity.c.id
    taken: set[str] = set(connection.scalars(select(stored).where(stored.in_(wanted))))
    rows = [
        {"opportunity_id": key, "account_id": account_id, "reserved_at": at}
        for key, account_id in wanted.items()
        if key not in taken
    ]
    if rows:
        connection.execute(insert_once(connection, schema.reservation), rows)
    holders = select(table.opportunity_id, table.account_id)
    for key, holder in connection.execute(holders.where(table.opportunity_id.in_(wanted))):
        if holder != wanted[key]:
            taken.add(key)
    return dict.fromkeys(taken, TAKEN)


def restore(connection: Connection, held: Iterable[tuple[str, str, datetime]]) -> int:
    """Take down reservations that were made before: id, account and when. Those that are there
    stand; the number of the others."""
    rows = [dict(zip(schema.reservation.c.keys(), each, strict=True)) for each in held]
    if not rows:
        return 0
    table = schema.reservation.c.opportunity_id
    there = select(func.count()).where(table.in_([row["opportunity_id"] for row in rows]))
    before = connection.scalar(there) or 0
    connection.execute(insert_once(connection, schema.reservation), rows)
    return len(rows) - before
