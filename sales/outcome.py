"""The outcome record: how one opportunity ended, as plain JSON. It is the result of the
opportunity's workflow, what its account is told, and what the ledger says when asked again."""

from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import Field

from sales.opportunity import Opportunity, OutcomeName
from sales.purchase import Contract
from sales.values import Code, Id, Instant, Model, Money, Name, Text

MOST_PROMISES: Final = 20
MOST_LETTERS: Final = 200
"""How many promises a record tells, and how much of each: its account keeps them in its state."""


class OutcomeRecord(Model):
    """How one opportunity ended: its outcome, the reasons, what it was worth, where it stood.

    The first of the reasons is the primary one. Of a win, `contract` is the term that was bought,
    `recurring` the sum that returns each year, `product` what was sold, and `promises` are the
    objectives with which it was sold, by their ids. `reset_refused` is there where the run was
    thrown back past its end and closed with the one that stands.
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
    process: Code
    contract: Contract | None = None
    recurring: Money | None = None
    product: Name | None = None
    promises: dict[Id, Name] = Field(default_factory=dict)
    reset_refused: Literal[True] | None = None


def record_of(state: Opportunity) -> dict[str, Any]:
    """The record of an ended opportunity. Raises ValueError while it is open."""
    outcome = state.outcome
    if outcome is None:
        raise ValueError(f"opportunity {state.id!r} has not ended")
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
        "amount": _money(state, state.amount),
        "stage": state.stage,
        "sequence": state.sequence,
        "attempt": state.attempt,
        "predecessor_id": state.predecessor_id,
        "process": state.process.name,
        **(_left_behind(state) if outcome.outcome == "won" else {}),
    }


def _left_behind(state: Opportunity) -> dict[str, Any]:
    """What a win leaves to the account."""
    bought = state.purchase.contract if state.purchase else None
    found = {
        "contract": Contract.model_validate(bought).model_dump(mode="json") if bought else None,
        "recurring": _money(state, state.recurring),
        "product": state.product,
        "promises": {
            id: each.description[:MOST_LETTERS].strip() or id
            for id, each in list(state.objectives.items())[:MOST_PROMISES]
        },
    }
    return {name: value for name, value in found.items() if value}


def _money(state: Opportunity, amount: Decimal | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"amount": format(amount, "f"), "currency": state.currency}
