"""What time alone does to contracts: each has one next step at one instant, or none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sales.account.contracts.renewing import (
    grown,
    is_running,
    last_word_at,
    launch,
    launch_at,
    open_attempts,
)
from sales.account.contracts.span import Span, next_span, said
from sales.account.contracts.state import Contract, Decided, Next, Refused
from sales.account.contracts.terms import ContractTerms
from sales.account.state import Account
from sales.drafts import Draft
from sales.values import Money


def looks(state: Account) -> Iterator[datetime]:
    """When each contract is to be looked at next."""
    return (step.at for step in _steps(state, None) if step.at)


def due(state: Account, until: datetime) -> list[Draft]:
    """The next step of each contract that has one by then."""
    return [step for step in _steps(state, until) if step.at and step.at <= until]


def _steps(state: Account, until: datetime | None) -> Iterator[Draft]:
    if state.policy is None:
        return
    for contract_id in state.contracts.live:
        step = _step(state, state.policy.contracts, contract_id, until)
        if step:
            yield step


def _step(state: Account, terms: ContractTerms, id: str, until: datetime | None) -> Draft | None:
    """What time does next to this contract. By `until` a term may be over without any launch: then
    none is made any more."""
    held = state.contracts.live[id]
    renewal = held.renewal
    if renewal.refused:
        return _refused(id, held, renewal.refused, terms)
    if held.ending:
        return _ended(id, held)
    decided = renewal.decided
    if decided and decided.next:
        return _renewed(id, held, decided, decided.next)
    if is_running(state, held):
        return None if renewal.lapsed else _lapsed(state, id, held)
    if decided:
        return _ended(id, held)
    limit, planned = last_word_at(held, terms), launch_at(held, terms)
    if planned and planned < limit and (until is None or until < limit):
        return launch(state, terms, id, planned)
    return _renewed_by_silence(id, held, limit) if held.auto_renew else _ended(id, held)


def _about(id: str, held: Contract) -> dict[str, Any]:
    return {"contract_id": id, "term": held.number}


def _refused(id: str, held: Contract, refused: Refused, terms: ContractTerms) -> Draft:
    again_at = refused.at + terms.retry
    tries = held.renewal.tries
    data = {**_about(id, held), "tries": tries, "field": refused.field, "rule": refused.rule}
    if tries < terms.tries and again_at < last_word_at(held, terms):
        data["again_at"] = again_at.isoformat()
    return Draft("renewal_refused", data, refused.at)


def _lapsed(state: Account, id: str, held: Contract) -> Draft:
    data = {**_about(id, held), "open": open_attempts(state, held)}
    return Draft("term_lapsed", data, held.ends_at)


def _renewed_by_silence(id: str, held: Contract, at: datetime) -> Draft:
    data = {**_about(id, held), "outcome": "won", "reason": "auto_renewed", "next": {}}
    return Draft("renewal_decided", data, at)


def _ended(id: str, held: Contract) -> Draft:
    decided, ending = held.renewal.decided, held.ending
    data = {
        **_about(id, held),
        "reason": ending.reason if ending else decided.reason if decided else "not_renewed",
        "attempts": list(held.renewal.attempts),
        "early": held.ends_at < held.span.ends_at,
    }
    if decided and not ending:
        data["outcome"] = decided.outcome
    if held.recurring:
        data["recurring"] = held.recurring.model_dump(mode="json")
    return Draft("contract_ended", data, held.ends_at)


def _renewed(id: str, held: Contract, decided: Decided, agreed: Next) -> Draft:
    """The next term begins as it was agreed, and without a gap."""
    over_at = held.span.over_at()
    length, on = agreed.length or held.length, agreed.on or held.on
    span = next_span(held.span, length, on, held.zone)
    if agreed.span:
        begins_at = max(min(agreed.span.starts_at, over_at), held.span.starts_at)
        span = Span(begins_at, agreed.span.ends_at, agreed.span.dated)
    notice = held.notice if agreed.notice is None else agreed.notice
    data = {
        "contract_id": id,
        "term": held.number + 1,
        **told_span(span, held.zone),
        "length": length,
        "on": on,
        "auto_renew": held.auto_renew if agreed.auto_renew is None else agreed.auto_renew,
        **_sums(held, agreed.recurring or grown(held)),
        "reason": decided.reason,
    }
    if notice is not None:
        data["notice"] = notice.total_seconds()
    if decided.opportunity_id:
        data["opportunity_id"] = decided.opportunity_id
    return Draft("term_renewed", data, span.starts_at)


def _sums(held: Contract, now: Money | None) -> dict[str, Any]:
    """The sum, the one before, and what the contract's own clause has added to it."""
    found = {"recurring": now, "before": held.recurring}
    clause = grown(held)
    if now and clause and held.recurring and now.currency == held.recurring.currency:
        by_clause = min(now.amount, clause.amount) - held.recurring.amount
        if by_clause > 0:
            found["escalated"] = Money(amount=by_clause, currency=now.currency)
    return {name: sum_.model_dump(mode="json") for name, sum_ in found.items() if sum_}


def told_span(span: Span, zone: str) -> dict[str, str]:
    """A term as facts tell it: as people say it, and to the instant."""
    return {
        "start": said(span.starts_at, span.dated, zone).isoformat(),
        "end": said(span.ends_at, span.dated, zone).isoformat(),
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
    }
