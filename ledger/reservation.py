"""Reservations: an opportunity id is unique for ever, and taken before its workflow starts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

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


def hand_over(connection: Connection, owners: Mapping[str, str]) -> None:
    """Reservations that are other accounts' from now on, by opportunity."""
    table = schema.reservation
    there = table.c.opportunity_id == bindparam("id")
    rows = [{"id": id, "owner": owner} for id, owner in owners.items()]
    connection.execute(update(table).where(there).values(account_id=bindparam("owner")), rows)


def restore(connection: Connection, held: Iterable[tuple[str, str, datetime]]) -> int:
    """Take down reservations that were made before: id, account and when. Those that are there
    stand; the number of the others. An opportunity with a journal is whose it says by now."""
    wanted = {key: (account_id, at) for key, account_id, at in held}
    if not wanted:
        return 0
    stored = schema.opportunity.c
    owners = select(stored.id, stored.account_id).where(stored.id.in_(wanted))
    moved: dict[str, str] = dict(tuple(row) for row in connection.execute(owners))
    rows = [
        {"opportunity_id": key, "account_id": moved.get(key, account_id), "reserved_at": at}
        for key, (account_id, at) in wanted.items()
    ]
    table = schema.reservation.c.opportunity_id
    there = select(func.count()).where(table.in_(wanted))
    before = connection.scalar(there) or 0
    connection.execute(insert_once(connection, schema.reservation), rows)
    return len(rows) - before
