"""What the end of an opportunity means for the contracts: a renewal is decided, a win makes a
contract, joins one or changes the one that it has made before."""

from datetime import datetime
from typing import Any, Final

from sales.account.contracts.clock import told_span
from sales.account.contracts.renewing import base, renewal_id, stem
from sales.account.contracts.span import Span, length_of, span_of
from sales.account.contracts.state import MOST_CONTRACTS, Contract
from sales.account.contracts.terms import ContractTerms
from sales.account.messages import OpportunityEnded
from sales.account.policy import Policy
from sales.account.state import Account
from sales.drafts import Draft
from sales.process import SYSTEM_REASONS
from sales.purchase import Contract as Bought
from sales.values import Money, day_of

BY_SILENCE: Final = "auto_renewed"
assert BY_SILENCE in SYSTEM_REASONS
MOST_MISSED: Final = 40
"""How many terms a contract may be behind when it becomes known, and still renew itself."""
REMEMBERED: Final = 50
"""Of how many earlier terms a renewal that is won once more is still known."""


def ended(state: Account, end: OpportunityEnded, now: datetime) -> list[Draft]:
    """What follows for the contracts from the end of an opportunity."""
    if state.policy is None:
        return []
    first = base(end.opportunity_id)
    for contract_id, held in state.contracts.live.items():
        if first == renewal_id(state.id, contract_id, held, held.number + 1):
            return _decided(contract_id, held, end)
    sum_ = _recurring(end)
    if end.outcome != "won" or not (end.contract or sum_):
        return []
    known = _won_before(state, first)
    if known:
        return _won_again(known, state.contracts.live[known], end, sum_)
    contract_id = end.opportunity_id if first in state.contracts.ended else first
    if contract_id in state.contracts.ended:
        return []
    joined = _joined(state, state.policy.contracts, end, sum_)
    if joined and sum_:
        return [_added(joined, state.contracts.live[joined], end.opportunity_id, sum_)]
    if len(state.contracts.live) >= MOST_CONTRACTS:
        data = {"opportunity_id": end.opportunity_id, "recurring": _plain(sum_)}
        return [Draft("contract_untracked", _without_null(data))]
    return [Draft("contract_recorded", _made(contract_id, state.policy, end, sum_, now))]


def particulars(
    contract_id: str, term: int, span: Span, zone: str, told: dict[str, Any]
) -> dict[str, Any]:
    """What a fact tells of a contract that begins to be known."""
    whole = {
        "contract_id": contract_id,
        "term": term,
        **told_span(span, zone),
        "time_zone": zone,
        **told,
    }
    return _without_null(whole)


def is_long_over(span: Span, now: datetime) -> bool:
    """Whether it would have to renew itself more often than anybody believes."""
    return now - span.ends_at > MOST_MISSED * (span.ends_at - span.starts_at)


def _made(
    contract_id: str, policy: Policy, end: OpportunityEnded, sum_: Money | None, now: datetime
) -> dict[str, Any]:
    """A contract of its own: from the purchase, else from the day of the win for the usual term."""
    terms, zone, bought = policy.contracts, policy.hours.time_zone, end.contract
    if bought:
        span = span_of(bought.start, bought.end, terms.term, zone)
        length, on = length_of(bought.start, bought.end)
    else:
        at = min(end.occurred_at or now, now)
        span = span_of(day_of(at, zone), None, terms.term, zone)
        if not span.dated:
            span = span_of(at, None, terms.term, zone)
        length, on = terms.term, day_of(at, zone).day
    renews = bought.auto_renew if bought else terms.auto_renew
    told = {
        "length": length,
        "on": on,
        "auto_renew": renews and not is_long_over(span, now),
        "notice": bought.notice.total_seconds() if bought and bought.notice is not None else None,
        "recurring": _plain(sum_),
        "amount": None if sum_ else end.record.get("amount"),
        "product": end.product,
        "opportunity_id": end.opportunity_id,
    }
    return particulars(contract_id, 1, span, zone, told)


def _decided(contract_id: str, held: Contract, end: OpportunityEnded) -> list[Draft]:
    """How a renewal ended. A win stands, whatever becomes of a successor; silence renews nothing
    of which notice was given."""
    decided = held.renewal.decided
    if decided and decided.next and end.outcome != "won":
        return []
    data: dict[str, Any] = {
        "contract_id": contract_id,
        "term": held.number,
        "outcome": end.outcome,
        "reason": end.reason,
        "opportunity_id": end.opportunity_id,
    }
    noticed = held.ending is not None and end.reason == BY_SILENCE
    if end.outcome == "won" and not noticed:
        data["next"] = _agreed(held, end)
    return [Draft("renewal_decided", data)]


def _agreed(held: Contract, end: OpportunityEnded) -> dict[str, Any]:
    """What the win says of the next term; silence about a sum, or the very sum that was asked for,
    means the same again."""
    found: dict[str, Any] = {}
    sum_ = _recurring(end)
    if sum_ and sum_ != held.renewal.asked_for:
        found["recurring"] = _plain(sum_)
    bought = end.contract
    if bought is None:
        return found
    span = span_of(bought.start, bought.end, held.length, held.zone)
    if span.ends_at <= held.span.over_at():
        return found  # that is no next term
    length, on = length_of(bought.start, bought.end)
    found |= told_span(span, held.zone)
    found |= {"length": length, "on": on, "auto_renew": bought.auto_renew}
    if bought.notice is not None:
        found["notice"] = bought.notice.total_seconds()
    return found


def _won_before(state: Account, won: str) -> str | None:
    """The contract that this opportunity has made or renewed before, under an earlier attempt."""
    for contract_id, held in state.contracts.live.items():
        earlier = range(max(2, held.number - REMEMBERED), held.number + 1)
        of = base(stem(state.id, contract_id, held))
        if won in (base(contract_id), of) or any(
            renewal_id(state.id, contract_id, held, number) == won for number in earlier
        ):
            return contract_id
    return None


def _won_again(
    contract_id: str, held: Contract, end: OpportunityEnded, sum_: Money | None
) -> list[Draft]:
    """It was signed anew: the sum of the contract that runs is the new one."""
    if sum_ is None or sum_ == held.recurring:
        return []
    return [_changed(contract_id, held, sum_, end.opportunity_id)]


def _joined(
    state: Account, terms: ContractTerms, end: OpportunityEnded, sum_: Money | None
) -> str | None:
    """The contract that an addition joins: of the same product if there is one, and of those the
    one that ends last; in the same currency, and of which no notice was given."""
    if end.contract or sum_ is None or end.process not in terms.additions:
        return None
    fitting = [
        (end.product is not None and held.product == end.product, held.span.ends_at, contract_id)
        for contract_id, held in state.contracts.live.items()
        if held.ending is None and held.recurring and held.recurring.currency == sum_.currency
    ]
    return max(fitting)[-1] if fitting else None


def _added(contract_id: str, held: Contract, opportunity_id: str, sum_: Money) -> Draft:
    assert held.recurring
    whole = held.recurring.amount + sum_.amount
    return _changed(contract_id, held, Money(amount=whole, currency=sum_.currency), opportunity_id)


def _changed(contract_id: str, held: Contract, sum_: Money, opportunity_id: str) -> Draft:
    data = {
        "contract_id": contract_id,
        "term": held.number,
        "recurring": _plain(sum_),
        "before": _plain(held.recurring),
        "opportunity_id": opportunity_id,
    }
    return Draft("contract_amended", _without_null(data))


def _recurring(end: OpportunityEnded) -> Money | None:
    bought: Bought | None = end.contract
    return (bought.recurring if bought else None) or end.recurring


def _plain(sum_: Money | None) -> dict[str, Any] | None:
    return sum_.model_dump(mode="json") if sum_ else None


def _without_null(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
