"""The outcome record: how one opportunity ended, as plain JSON. It is the result of the
opportunity's workflow, what its account is told, and what the ledger says when asked again."""

from typing import Any

from sales.opportunity import Opportunity


def record_of(state: Opportunity) -> dict[str, Any]:
    """The record of an ended opportunity. Raises ValueError while it is open."""
    outcome = state.outcome
    if outcome is None:
        raise ValueError(f"opportunity {state.id!r} has not ended")
    amount = None
    if state.amount is not None:
        amount = {"amount": format(state.amount, "f"), "currency": state.currency}
    return {
        "opportunity_id": state.id,
        "account_id": state.account_id,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "reasons": list(outcome.reasons),
        "competitor": outcome.competitor,
        "verbatim": outcome.verbatim,
        "source": outcome.source,
        "closed_at": outcome.closed_at.isoformat(),
        "amount": amount,
        "stage": state.stage,
        "sequence": state.sequence,
        "attempt": state.attempt,
        "predecessor_id": state.predecessor_id,
    }
