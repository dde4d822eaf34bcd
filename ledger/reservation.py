"""Reservations: an opportunity id is unique for ever, and taken before its workflow starts."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from ledger import schema
from ledger.engine import insert_once

TAKEN: Final = "id_taken"
"""The rule that a second opportunity under the same id breaks."""


def reserve(
    connection: Connection, opportunity_id: str, account_id: str, at: datetime
) -> str | None:
    """Nothing where the id is the account's from now on, else the rule that forbids it.

    An account may ask again as long as the opportunity has no journal.
    """
    table, stored = schema.reservation, schema.opportunity.c.id
    if connection.scalar(select(stored).where(stored == opportunity_id)) is not None:
        return TAKEN
    row = {"opportunity_id": opportunity_id, "account_id": account_id, "reserved_at": at}
    connection.execute(insert_once(connection, table), row)
    holder = select(table.c.account_id).where(table.c.opportunity_id == opportunity_id)
    return None if connection.scalar(holder) == account_id else TAKEN
