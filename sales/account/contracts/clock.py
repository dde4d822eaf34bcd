"""What time alone does to contracts: each has one next step at one instant, or none."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

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


class Step(NamedTuple):
    """What time does next to a contract, and when. Its draft is made when it is due: looks are
    many."""

    at: datetime
    make: Callable[[], Draft]


def looks(state: Account) -> Iterator[datetime]:
    """When each contract is to be looked at next."""
    return (step.at for step in _steps(state, None))


def due(state: Account, until: datetime) -> list[Draft]:
    """The next step of each contract that has one by then."""
    return [step.make()._replace(at=step.at) for step in _steps(state, until) if step.at <= until]


def _steps(state: Account, until: datetime | None) -> Iterator[Step]:
    if state.policy is None:
        return
    for contract_id in state.contracts.live:
        step = _step(state, state.policy.contracts, contract_id, until)
        if step:
            yield step


def _step(state: Account, terms: ContractTerms, id: str, until: datetime | None) -> Step | None:
    """What time does next to this contract. By `until` a term may be over without any launch: then
    none is made any more."""
    held = state.contracts.live[id]
    renewal, ended = held.renewal, Step(held.ends_at, partial(_ended, id, held))
    if renewal.refused:
        return Step(renewal.refused.at, partial(_refused, id, held, renewal.refused, terms))
    if held.ending:
        return ended
    decided = renewal.decided
    if decided and decided.next:
        renewed = partial(_renewed, id, held, decided, decided.next)
        return Step(_begins_at(held, decided.next), renewed)
    if is_running(state, held):
        return None if renewal.lapsed else Step(held.ends_at, partial(_lapsed, state, id, held))
    if decided:
        return ended
    limit, planned = last_word_at(held, terms), launch_at(held, terms)
    if planned and planned < limit and (until is None or until < limit):
        return Step(planned, partial(launch, state, terms, id))
    return Step(limit, partial(_renewed_by_silence, id, held)) if held.auto_renew else ended


def _begins_at(held: Contract, agreed: Next) -> datetime:
    """When the next term begins: as it was agreed, but without a gap, and within the running
    one."""
    over_at = held.span.over_at()
    asked = agreed.span.starts_at if agreed.span else over_at
    return max(min(asked, over_at), held.span.starts_at)


def _about(id: str, held: Contract) -> dict[str, Any]:
    return {"contract_id": id, "term": held.number}


def _refused(id: str, held: Contract, refused: Refused, terms: ContractTerms) -> Draft:
    again_at = refused.at + terms.retry
    tries = held.renewal.tries
    data = {**_about(id, held), "tries": tries, "field": refused.field, "rule": refused.rule}
    if tries < terms.tries and again_at < last_word_at(held, terms):
        data["again_at"] = again_at.isoformat()
    return Draft("renewal_refused", data)


def _lapsed(state: Account, id: str, held: Contract) -> Draft:
    data = {**_about(id, held), "open": open_attempts(state, held)}
    return Draft("term_lapsed", data)


def _renewed_by_silence(id: str, held: Contract) -> Draft:
    data = {**_about(id, held), "outcome": "won", "reason": "auto_renewed", "next": {}}
    return Draft("renewal_decided", data)


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
    return Draft("contract_ended", data)


def _renewed(id: str, held: Contract, decided: Decided, agreed: Next) -> Draft:
    """The next term begins as it was agreed."""
    length, on = agreed.length or held.length, agreed.on or held.on
    span = next_span(held.span, length, on, held.zone)
    if agreed.span:
        span = agreed.span._replace(starts_at=_begins_at(held, agreed))
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
    return Draft("term_renewed", data)


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
