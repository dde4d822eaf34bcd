"""What a sender is told at once: accepted, or the rule that was broken, and where things stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sales.account.merging.passing import PASSED_ON
from sales.account.state import Account
from sales.clocks import next_deadline
from sales.facts import Fact
from sales.journal import Journaled
from sales.messages import Message
from sales.opportunity import Opportunity
from sales.pool.state import Pool


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one message. The same event told again gets the same answer, as `duplicate`.

    `event_id` was made up by the engine where `event_id_made_up`; such an event cannot be told
    again. `workflow_id` is the launched opportunity's.
    """

    accepted: bool
    sequence: int
    event_id: str | None
    field: str | None = None
    rule: str | None = None
    detail: str | None = None
    duplicate: bool = False
    event_id_made_up: bool = False
    stage: str | None = None
    outcome: str | None = None
    deadline: datetime | None = None
    clock: str | None = None
    workflow_id: str | None = None


def receipt(state: Opportunity, message: Message, facts: tuple[Fact, ...]) -> Receipt:
    """The receipt for `message`, which caused `facts` and led to `state`."""
    due = next_deadline(state)
    return Receipt(
        **_verdict(state, message, facts),
        stage=state.stage,
        outcome=state.outcome.outcome if state.outcome else None,
        deadline=due.at if due else None,
        clock=due.clock if due else None,
    )


def account_receipt(state: Account, message: Message, facts: tuple[Fact, ...]) -> Receipt:
    """The same for an account. What it passed on to the one into which it was merged is nothing it
    has accepted: the detail is the other's id."""
    launched = [fact.data["opportunity_id"] for fact in facts if fact.kind.endswith("_launched")]
    asked = getattr(message, "opportunity_id", None)
    child = launched[0] if launched else asked if asked in state.open and not facts else None
    verdict = _verdict(state, message, facts)
    if verdict["rule"] == PASSED_ON:
        verdict |= {"field": "account_id", "detail": state.merging.into}
    return Receipt(
        **verdict,
        workflow_id=f"opportunity:{child}" if child else None,
    )


def pool_receipt(state: Pool, message: Message, facts: tuple[Fact, ...]) -> Receipt:
    """The same for a pool."""
    return Receipt(**_verdict(state, message, facts), stage=state.stage)


def _verdict(state: Journaled, message: Message, facts: tuple[Fact, ...]) -> dict[str, Any]:
    mine = next((fact for fact in facts if fact.event_id), None)
    if mine is None:
        heard = state.heard.get(message.event_id or "")
        return {
            "accepted": heard is None or heard.rule is None,
            "sequence": heard.sequence if heard else state.sequence,
            "event_id": message.event_id,
            "rule": heard.rule if heard else None,
            "duplicate": True,
        }
    refused = mine.kind in ("refused", "late", "message_passed_on")
    return {
        "accepted": not refused,
        "sequence": mine.sequence,
        "event_id": mine.event_id,
        "event_id_made_up": message.event_id is None,
        "field": mine.data["field"] if refused else None,
        "rule": mine.data["rule"] if refused else None,
        "detail": mine.data.get("detail") if refused else None,
    }
