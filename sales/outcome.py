"""The outcome record: how one opportunity ended, as plain JSON. It is the result of the
opportunity's workflow, what its account is told, and what the ledger says when asked again."""

from typing import Any, Literal

from sales.opportunity import Opportunity, OutcomeName
from sales.values import Code, Id, Instant, Model, Money, Name, Text


class OutcomeRecord(Model):
    """How one opportunity ended: its outcome, the reasons, what it was worth, where it stood.

    The first of the reasons is the primary one. `reset_refused` is there where the run was thrown
    back past its end and closed with the one that stands.
    """

    opportunity_id: Id
    account_id: Id
    outcome: OutcomeName
    reason: Code
    reasons: tuple[Code, ...]
    competitor: Name | None
    verbatim: Text | None
    source: Literal["buyer", "seller", "system"]
    closed_at: Instant
    amount: Money | None
    stage: Code
    sequence: int
    attempt: int
    predecessor_id: Id | None
    reset_refused: Literal[True] | None = None


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
