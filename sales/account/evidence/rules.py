"""What begins because of what comes after the end."""

from datetime import datetime
from typing import Any, Final

from sales.account.evidence.notices import NOTICES
from sales.account.evidence.state import MOST_ENDED, Ended
from sales.account.messages import LateMessage, ReopenOpportunity
from sales.account.needs.terms import LATE_EVIDENCE
from sales.account.part import Part
from sales.account.state import Account
from sales.account.wanting import want
from sales.drafts import Draft
from sales.facts import Fact
from sales.messages import KINDS, Malformed, Message, RecordDecision, RecordEngagement
from sales.messages import RecordPurchase as Purchase
from sales.opening import Late
from sales.reading import read
from sales.telling import event

Changes = dict[str, Any]


def evidence_of(message: Message) -> str | None:
    """Which kind of evidence the message is, if it is any."""
    if isinstance(message, Purchase):
        return "purchase"
    if isinstance(message, RecordDecision) and message.decision == "yes":
        return "yes"
    buyer = isinstance(message, RecordEngagement) and message.origin == "buyer"
    return "engagement" if buyer else None


def successor(state: Account, late: LateMessage, now: datetime) -> list[Draft]:
    """The successor that this begins, if the policy has it so: once for an opportunity, and it
    hears the message first."""
    ended, terms = state.ended.get(late.opportunity_id), state.policy and state.policy.evidence
    if not (ended and terms) or state.retiring_at or isinstance(late.message.body, str):
        return []
    message = read(late.message.kind, late.message.body, KINDS)
    evidence = None if isinstance(message, Malformed) else evidence_of(message)
    in_time = ended.outcome in terms.after and now <= ended.at + terms.within
    if evidence not in terms.by or not in_time:
        return []
    told = event("evidence", late.opportunity_id, state.id, state.sequence + 1)
    wish = ReopenOpportunity(
        event_id=event(LATE_EVIDENCE, late.opportunity_id),
        opportunity_id=late.opportunity_id,
        reason=f"late evidence: {late.message.kind}",
        close_date=now + terms.close_in,
        evidence=Late(kind=late.message.kind, body={**late.message.body, "event_id": told}),
    )
    return [want(wish, LATE_EVIDENCE, late.opportunity_id)]


def _ended(state: Account, fact: Fact) -> Changes:
    """Ends that nothing can begin behind any more are forgotten, and the oldest of too many."""
    data, terms = fact.data, state.policy and state.policy.evidence
    if data["outcome"] not in ("lost", "expired") or not (terms and terms.by):
        return {}
    since = fact.recorded_at - terms.within
    kept = {key: each for key, each in state.ended.items() if each.at >= since}
    kept[data["opportunity_id"]] = Ended(data["outcome"], fact.occurred_at)
    return {"ended": dict(list(kept.items())[-MOST_ENDED:])}


def _answered(state: Account, fact: Fact) -> Changes:
    """It has a successor, or is to have one."""
    before = fact.data.get("predecessor_id") or fact.data.get("cause")
    if before not in state.ended:
        return {}
    return {"ended": {key: each for key, each in state.ended.items() if key != before}}


def _wanted(state: Account, fact: Fact) -> Changes:
    return _answered(state, fact) if fact.data["why"] == LATE_EVIDENCE else {}


EVIDENCE: Final = Part(
    folds={
        "opportunity_ended": _ended,
        "opportunity_wanted": _wanted,
        "opportunity_launched": _answered,
    },
    late=successor,
    notices=NOTICES,
)
