"""Which facts follow about what was agreed for a term."""

from datetime import datetime
from typing import Any, Final

from sales.account.contracts.clock import due, looks
from sales.account.contracts.folds import FOLDS
from sales.account.contracts.messages import AmendContract, EndContract, RecordContract
from sales.account.contracts.notices import NOTICES, TELLS
from sales.account.contracts.renewing import open_attempts
from sales.account.contracts.span import LEAST, length_of, said, span_of
from sales.account.contracts.state import MOST_CONTRACTS, Contract
from sales.account.contracts.wins import ended, is_long_over, particulars
from sales.account.part import Part
from sales.account.policy import Policy
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.values import Day, Money, day_of, limit_of
from sales.words import said as words


def _record(state: Account, message: RecordContract, now: datetime) -> list[Draft]:
    policy, id = _policy(state), message.contract_id
    if "~" in id:
        raise Broken("contract_id", "reserved_character", "~ marks successors")
    if id in state.contracts.live:
        raise Broken("contract_id", "recorded_already")
    if id in state.contracts.ended:
        raise Broken("contract_id", "ended_already", "another contract needs another id")
    if len(state.contracts.live) >= MOST_CONTRACTS:
        raise Broken("contract_id", "too_many_contracts", f"at most {MOST_CONTRACTS} at once")
    zone = message.time_zone or policy.hours.time_zone
    length, on = message.length or policy.contracts.term, day_of(message.start, zone).day
    if message.end and message.length is None:
        length, on = length_of(message.start, message.end)
    span = span_of(message.start, message.end, length, zone)
    if message.end and message.length:
        on = day_of(span.over_at(), zone).day
    if is_long_over(span, now):
        raise Broken("end", "too_long_ago", "tell the term that runs now, and its number")
    renews = message.auto_renew
    told = words(message)
    own = {name: told.get(name) for name in ("recurring", "escalator", "product")}
    own |= {
        "length": length,
        "on": on,
        "auto_renew": policy.contracts.auto_renew if renews is None else renews,
        "notice": None if message.notice is None else message.notice.total_seconds(),
    }
    return [Draft("contract_recorded", particulars(id, message.term, span, zone, own))]


def _amend(state: Account, message: AmendContract, now: datetime) -> list[Draft]:
    held = _running(state, message.contract_id)
    at = min(message.occurred_at or message.sent_at or now, now)
    if message.occurred_at and held.span.starts_at <= now and at < held.span.starts_at:
        raise Broken("occurred_at", "before_the_term", "that term is over")
    told = words(message)
    plain = ("auto_renew", "product", "escalator")
    data: dict[str, Any] = {name: told[name] for name in plain if name in told}
    if message.notice is not None:
        data["notice"] = message.notice.total_seconds()
    if message.keep:
        if held.ending is None:
            raise Broken("keep", "not_ending", "no notice was given")
        data["keep"] = True
    if message.end is not None:
        data |= _moved(held, message.end, now)
    if message.recurring and message.recurring != held.recurring:
        data |= _sum(held, message.recurring, message.escalated)
    if not data:
        raise Broken("body", "nothing_to_amend")
    return [
        Draft("contract_amended", {"contract_id": message.contract_id, "term": held.number, **data})
    ]


def _moved(held: Contract, end: Day, now: datetime) -> dict[str, Any]:
    """Another end of the running term."""
    if isinstance(end, datetime) == held.span.dated:
        raise Broken("end", "not_like_the_start", "a day where the term has days, else an instant")
    ends_at = limit_of(end, held.zone)
    if ends_at <= now or ends_at - held.span.starts_at < LEAST:
        raise Broken("end", "in_the_past", "what is over is ended, not amended")
    return {"end": end.isoformat(), "ends_at": ends_at.isoformat()}


def _sum(held: Contract, sum_: Money, escalated: bool) -> dict[str, Any]:
    """Another sum of the running term."""
    before = held.recurring
    if before and before.currency != sum_.currency:
        raise Broken("recurring", "mixed_currencies", f"its sum is in {before.currency}")
    found: dict[str, Any] = {"recurring": sum_.model_dump(mode="json")}
    if before:
        found["before"] = before.model_dump(mode="json")
    if escalated:
        if before is None or sum_.amount <= before.amount:
            raise Broken("escalated", "needs_a_higher_sum")
        more = Money(amount=sum_.amount - before.amount, currency=sum_.currency)
        found["escalated"] = more.model_dump(mode="json")
    return found


def _end(state: Account, message: EndContract, _now: datetime) -> list[Draft]:
    held = _running(state, message.contract_id)
    span = held.span
    ends_at = limit_of(message.end, held.zone) if message.end else span.ends_at
    if ends_at > span.ends_at:
        raise Broken("end", "after_the_term", f"it lasts until {span.ends_at.isoformat()}")
    if ends_at < span.starts_at:
        raise Broken("end", "before_the_term", f"it began at {span.starts_at.isoformat()}")
    data = {
        "contract_id": message.contract_id,
        "term": held.number,
        "end": (message.end or said(span.ends_at, span.dated, held.zone)).isoformat(),
        "ends_at": ends_at.isoformat(),
        "reason": message.reason,
        "open": open_attempts(state, held),
    }
    return [Draft("contract_ending", data)]


def _policy(state: Account) -> Policy:
    if state.policy is None:
        raise Broken("policy", "required", "the account is managed by none")
    return state.policy


def _running(state: Account, contract_id: str) -> Contract:
    _policy(state)
    held = state.contracts.live.get(contract_id)
    if held is None:
        raise Broken("contract_id", "unknown_contract", "none of that id runs")
    return held


CONTRACT: Final = Part(
    rules={"record_contract": _record, "amend_contract": _amend, "end_contract": _end},
    folds=FOLDS,
    looks=looks,
    due=due,
    ended=ended,
    tells=TELLS,
    notices=NOTICES,
)
