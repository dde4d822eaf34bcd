"""An opportunity as it is shown: the same keys, whether its workflow or the ledger tells of it."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from starter.commands.common import Where

if TYPE_CHECKING:
    from sales.opportunity import Opportunity

COLUMNS: Final = (
    *("id", "account_id", "name", "process", "stage", "outcome", "reason", "amount", "currency"),
    *("close_date", "deadline", "clock", "owner"),
)
"""What a list shows people; programs get every column."""


async def kept_late(id: str, where: Where) -> list[dict[str, Any]]:
    """What came after its end, as its account keeps it; nothing while no ledger answers."""
    from ledger.errors import LedgerDown

    try:
        found = await where.ask(lambda ledger: ledger.late_facts(id))
    except LedgerDown:
        return []
    return [
        {"at": fact.occurred_at, "kept_by": account_id, **fact.data} for account_id, fact in found
    ]


def view(state: "Opportunity", source: str, unwritten: int) -> dict[str, Any]:
    """Everything a reader may want to know; `unwritten` facts are on their way to the ledger."""
    from ledger.fold import row_of_opportunity
    from ledger.rows import OpportunityRow
    from sales.clocks import running
    from sales.details import MAPS
    from sales.risks import risks

    row = row_of_opportunity(state)
    return {
        **{each.name: row[each.name] for each in fields(OpportunityRow)},
        "source": source,
        "unwritten": unwritten,
        "clocks": {each.name: each.ends_at for each in running(state)},
        "parked_until": state.parked_until,
        "pools": {id: asked.hours for id, asked in state.pools.items() if not asked.released},
        "decision": state.decision,
        "purchase": state.purchase,
        "competitor": state.outcome.competitor if state.outcome else None,
        "verbatim": state.outcome.verbatim if state.outcome else None,
        "risks": list(risks(state, datetime.now(UTC))),
        **{name: getattr(state, name) for name in MAPS},
        "last_refusals": list(state.refused),
    }
