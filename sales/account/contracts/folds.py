"""What facts make of the contracts that an account remembers."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sales.account.contracts.renewing import RENEWAL, base, event_of, renewal_id
from sales.account.contracts.span import Span
from sales.account.contracts.state import (
    LAST_ENDED,
    MOST_ATTEMPTS,
    Contract,
    Contracts,
    Decided,
    Ending,
    Next,
    Refused,
    Renewal,
)
from sales.account.part import Fold
from sales.account.state import Account
from sales.facts import Fact
from sales.values import Money, day_of

Changes = dict[str, Any]


def money_of(told: Mapping[str, Any] | None) -> Money | None:
    """The sum that a fact tells."""
    return Money.model_validate(told) if told else None


def span_of_fact(data: Mapping[str, Any]) -> Span | None:
    """The term that a fact tells, if it does."""
    if "starts_at" not in data:
        return None
    starts_at, ends_at = (datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at"))
    return Span(starts_at, ends_at, "T" not in data["start"])


def _notice(data: Mapping[str, Any]) -> timedelta | None:
    return timedelta(seconds=data["notice"]) if "notice" in data else None


def _with(state: Account, id: str, held: Contract) -> Changes:
    rest = state.contracts
    return {"contracts": Contracts({**rest.live, id: held}, rest.ended)}


def _changing(change: Callable[[Contract, Fact], Contract]) -> Fold:
    """A fold of one contract that runs."""

    def fold(state: Account, fact: Fact) -> Changes:
        id = fact.data["contract_id"]
        return _with(state, id, change(state.contracts.live[id], fact))

    return fold


def _renewing(held: Contract, **changes: Any) -> Contract:
    return held._replace(renewal=held.renewal._replace(**changes))


def _recorded(state: Account, fact: Fact) -> Changes:
    data = fact.data
    span = span_of_fact(data)
    assert span
    held = Contract(
        number=data["term"],
        span=span,
        length=data["length"],
        on=data["on"],
        zone=data["time_zone"],
        known_at=fact.recorded_at,
        won="opportunity_id" in data,
        auto_renew=data["auto_renew"],
        notice=_notice(data),
        recurring=money_of(data.get("recurring")),
        amount=money_of(data.get("amount")),
        escalator=_escalator(data),
        product=data.get("product"),
    )
    return _with(state, data["contract_id"], held)


def _escalator(data: Mapping[str, Any]) -> Decimal | None:
    return Decimal(data["escalator"]) if "escalator" in data else None


def _amended(held: Contract, fact: Fact) -> Contract:
    data = fact.data
    changed: Changes = {name: data[name] for name in ("auto_renew", "product") if name in data}
    if "notice" in data:
        changed["notice"] = _notice(data)
    if "escalator" in data:
        changed["escalator"] = _escalator(data)
    if data.get("keep"):
        changed["ending"] = None
    held = held._replace(**changed)
    if "ends_at" in data:
        span = held.span._replace(ends_at=datetime.fromisoformat(data["ends_at"]))
        on = day_of(span.over_at(), held.zone).day
        held = _renewing(held._replace(span=span, on=on), lapsed=False)
    if "recurring" in data:
        sum_ = Money.model_validate(data["recurring"])
        held = _carried_on(held, sum_)._replace(recurring=sum_)
    return held


def _carried_on(held: Contract, sum_: Money) -> Contract:
    """What changes the running term goes on into a next one that is agreed already."""
    decided, before = held.renewal.decided, held.recurring
    agreed = decided.next.recurring if decided and decided.next else None
    if not (decided and decided.next and agreed and before) or agreed.currency != sum_.currency:
        return held
    amount = max(agreed.amount + sum_.amount - before.amount, Decimal(0))
    later = decided.next._replace(recurring=Money(amount=amount, currency=sum_.currency))
    return _renewing(held, decided=decided._replace(next=later))


def _ending(held: Contract, fact: Fact) -> Contract:
    at = datetime.fromisoformat(fact.data["ends_at"])
    return held._replace(ending=Ending(at, fact.data["reason"]))


def _wanted(state: Account, fact: Fact) -> Changes:
    data = fact.data
    held = state.contracts.live.get(data.get("cause", ""))
    if data["why"] != RENEWAL or held is None:
        return {}
    held = _renewing(
        held,
        tries=held.renewal.tries + 1,
        asked=data["wanted"] not in state.heard,  # else it has had its answer
        asked_for=money_of(data["message"].get("recurring")),
        again_at=None,
    )
    return _with(state, data["cause"], held)


def _launched(state: Account, fact: Fact) -> Changes:
    """An attempt to renew, or one that follows its contract; one that follows a failed one makes it
    undecided again."""
    id = fact.data["opportunity_id"]
    for contract_id, held in state.contracts.live.items():
        if base(id) != renewal_id(state.id, contract_id, held, held.number + 1):
            continue
        attempts = (*(each for each in held.renewal.attempts if each != id), id)[-MOST_ATTEMPTS:]
        decided = held.renewal.decided
        stands = decided if decided and decided.next else None
        coming = tuple(each for each in held.renewal.coming if each != id)
        known = {"attempts": attempts, "coming": coming, "decided": stands}
        held = _renewing(held, asked=False, again_at=None, **known)
        return _with(state, contract_id, held)
    return {}


def _refused(state: Account, fact: Fact) -> Changes:
    for contract_id, held in state.contracts.live.items():
        renewal = held.renewal
        if renewal.asked and fact.event_id == event_of(contract_id, held, renewal.tries):
            why = Refused(fact.recorded_at, fact.data["field"], fact.data["rule"])
            return _with(state, contract_id, _renewing(held, asked=False, refused=why))
    return {}


def _retried(held: Contract, fact: Fact) -> Contract:
    again_at = fact.data.get("again_at")
    at = datetime.fromisoformat(again_at) if again_at else None
    return _renewing(held, refused=None, again_at=at)


def _decided(held: Contract, fact: Fact) -> Contract:
    data = fact.data
    agreed = _agreed(data["next"]) if "next" in data else None
    decided = Decided(data["outcome"], data["reason"], data.get("opportunity_id"), agreed)
    ending = None if agreed else held.ending
    return _renewing(held._replace(ending=ending), decided=decided)


def _agreed(data: Mapping[str, Any]) -> Next:
    same = {name: data.get(name) for name in ("length", "on", "auto_renew")}
    return Next(
        span_of_fact(data), notice=_notice(data), recurring=money_of(data.get("recurring")), **same
    )


def _renewed(held: Contract, fact: Fact) -> Contract:
    data = fact.data
    span = span_of_fact(data)
    assert span
    return held._replace(
        number=data["term"],
        span=span,
        length=data["length"],
        on=data["on"],
        known_at=max(fact.recorded_at, span.starts_at),
        auto_renew=data["auto_renew"],
        notice=_notice(data),
        recurring=money_of(data.get("recurring")),
        renewal=Renewal(),
    )


def _over(state: Account, fact: Fact) -> Changes:
    id, rest = fact.data["contract_id"], state.contracts
    live = {name: each for name, each in rest.live.items() if name != id}
    return {"contracts": Contracts(live, (*rest.ended, id)[-LAST_ENDED:])}


FOLDS: Final[dict[str, Fold]] = {
    "contract_recorded": _recorded,
    "contract_amended": _changing(_amended),
    "contract_ending": _changing(_ending),
    "contract_ended": _over,
    "opportunity_wanted": _wanted,
    "opportunity_launched": _launched,
    "opportunity_adopted": _launched,
    "refused": _refused,
    "renewal_decided": _changing(_decided),
    "renewal_refused": _changing(_retried),
    "term_lapsed": _changing(lambda held, _fact: _renewing(held, lapsed=True)),
    "term_renewed": _changing(_renewed),
}
"""What each kind of fact changes."""
