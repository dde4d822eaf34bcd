"""How an account stands: from its running workflow, else from the ledger."""

from typing import TYPE_CHECKING

from starter.commands.asking import query
from starter.commands.common import Where
from starter.commands.failing import Refusal

if TYPE_CHECKING:
    from sales.account.state import Account


async def known(id: str, where: Where) -> "Account":
    """The account's state. Raises Refusal where nobody knows it."""
    from sales.account.state import load_account

    client = await where.client()
    told = await query(client.account(id))
    if told is not None:
        told.pop("outbox")
        return load_account(told)
    found = await where.ask(lambda ledger: ledger.account_state(id))
    if found is None:
        raise Refusal("account_id", "unknown_account", f"nobody knows an account {id!r}")
    return found
