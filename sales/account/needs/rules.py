"""Which facts follow about what the customer may need next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sales.account.messages import OpportunityEnded
from sales.account.needs import triggers
from sales.account.needs.finding import found, launching, why_not
from sales.account.needs.messages import AcceptNeed, DismissNeed, ReportNeed
from sales.account.needs.notices import NOTICES, WANTED
from sales.account.needs.state import MOST_REFERRED, Need, Referred
from sales.account.needs.terms import REPORTED
from sales.account.part import Part
from sales.account.state import Account
from sales.account.wanting import child_id, want
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.opening import OpenOpportunity
from sales.values import Money
from sales.words import said

Changes = dict[str, Any]
_KEPT: Final = ("product", "lead_source", "reference", "referred_by", "referral_id")


def _report(state: Account, message: ReportNeed, _now: datetime) -> list[Draft]:
    if message.need_id in state.needs.waiting:
        raise Broken("need_id", "waits_already")
    need = said(message, need=message.need)
    if no := why_not(state, need):
        fields = {"duplicate": "need", "not_in_policy": "need"}
        raise Broken(fields.get(no[0], "account_id"), *[each for each in no if each])
    return [found(state, REPORTED, need)]


def _waits(state: Account, need_id: str) -> Need:
    need = state.needs.waiting.get(need_id)
    if need is None:
        raise Broken("need_id", "unknown_need")
    if need_id not in _idle(state):
        raise Broken("need_id", "launched_already")
    return need


def _accept(state: Account, message: AcceptNeed, _now: datetime) -> list[Draft]:
    need = _waits(state, message.need_id)
    if state.retiring_at:
        raise Broken("account_id", "retired")
    if launching(state, need.need) is None:
        raise Broken("need", "not_in_policy")
    return [Draft("need_accepted", said(message))]


def _dismiss(state: Account, message: DismissNeed, _now: datetime) -> list[Draft]:
    need = _waits(state, message.need_id)
    return [Draft("need_dismissed", said(message, **_whose(need)))]


def _whose(need: Need) -> dict[str, str]:
    told = {"rule": need.rule, "referred_by": need.referred_by, "referral_id": need.referral_id}
    return {name: each for name, each in told.items() if each}


# -- time, and what follows ----------------------------------------------------------------------


def _looks(state: Account) -> Iterable[datetime]:
    yield from triggers.looks(state)
    if state.policy:
        patience = state.policy.needs.patience
        yield from (each.since + patience for each in _idle(state).values())


def _idle(state: Account) -> dict[str, Need]:
    """Those that wait for somebody's word."""
    return {
        key: need
        for key, need in state.needs.waiting.items()
        if not (need.launching or (need.go and launching(state, need.need)))
    }


def _due(state: Account, until: datetime) -> list[Draft]:
    if state.policy is None:
        return []
    patience = state.policy.needs.patience
    lapsed = [
        Draft("need_lapsed", {"need_id": key, **_whose(need)}, need.since + patience)
        for key, need in _idle(state).items()
        if need.since + patience <= until
    ]
    # What lapses first may be what a rule would repeat, so one instant after the other.
    first = min([draft.at or until for draft in lapsed], default=until)
    return triggers.due(state, first) or [draft for draft in lapsed if draft.at == first]


def _follows(state: Account, now: datetime) -> list[Draft]:
    """What is to be launched is wanted; who referred an opportunity is told that it was."""
    drafts = [
        want(_opening(state, need, now), need.rule, key)
        for key, need in state.needs.waiting.items()
        if need.go and not need.launching and launching(state, need.need) and not state.retiring_at
    ]
    return drafts + [
        _followed(id, referred, "launched")
        for id, referred in state.needs.referred.items()
        if not referred.told
    ]


def _opening(state: Account, need: Need, now: datetime) -> OpenOpportunity:
    """What is said to open it: made of the need alone, but for the close date."""
    terms, tried = launching(state, need.need), need.tried + 1
    assert terms
    again = f".{tried}" if tried > 1 else ""
    title = need.need.replace("_", " ").capitalize()
    name = (f"{title}: {need.product}" if need.product else title)[:200]
    told: dict[str, Any] = {
        "event_id": f"{WANTED}:{need.number}:{tried}",
        "opportunity_id": child_id(state.id, f"{WANTED}-{need.number}{again}"),
        "process": terms.process,
        "name": name,
        "close_date": (now + terms.close_in).isoformat(),
        "objectives": {WANTED: {"description": name}},
        "product": need.product,
        "amount": need.amount,
        "lead_source": need.lead_source or need.rule,
        "reference": need.reference,
        "owner": state.owner,
        "segment": state.segment,
        "territory": state.territory,
    }
    return OpenOpportunity.model_validate({k: v for k, v in told.items() if v is not None})


def _followed(id: str, referred: Referred, answer: str) -> Draft:
    whose = {"referred_by": referred.account_id, "referral_id": referred.referral_id}
    return Draft("referral_followed", {"opportunity_id": id, **whose, "answer": answer})


def _ended(state: Account, end: OpportunityEnded, _now: datetime) -> list[Draft]:
    referred = state.needs.referred.get(end.opportunity_id)
    return [_followed(end.opportunity_id, referred, end.outcome)] if referred else []


# -- what facts change ---------------------------------------------------------------------------


def _found(state: Account, fact: Fact) -> Changes:
    data = fact.data
    need = Need(
        number=fact.sequence,
        need=data["need"],
        process=data["process"],
        rule=data["rule"],
        since=fact.occurred_at if fact.cause == "clock" else fact.recorded_at,
        amount=_sum(data),
        go="go" in data,
        **{name: data[name] for name in _KEPT if name in data},
    )
    needs = triggers.fired(state, fact)
    return {"needs": replace(needs, waiting={**needs.waiting, data["need_id"]: need})}


def _passed_over(state: Account, fact: Fact) -> Changes:
    return {"needs": triggers.fired(state, fact)}


def _changed(state: Account, need_id: str, **changes: Any) -> Changes:
    waiting = state.needs.waiting
    need = waiting[need_id]._replace(**changes)
    return {"needs": replace(state.needs, waiting={**waiting, need_id: need})}


def _accepted(state: Account, fact: Fact) -> Changes:
    data, need = fact.data, state.needs.waiting[fact.data["need_id"]]
    better = {"product": data.get("product", need.product), "amount": _sum(data) or need.amount}
    return _changed(state, data["need_id"], go=True, refused=None, **better)


def _gone(state: Account, fact: Fact) -> Changes:
    waiting = {k: each for k, each in state.needs.waiting.items() if k != fact.data["need_id"]}
    return {"needs": replace(state.needs, waiting=waiting)}


def _wanted(state: Account, fact: Fact) -> Changes:
    if need_id := _of_event(state, fact.data["wanted"]):
        tried = state.needs.waiting[need_id].tried + 1
        return _changed(state, need_id, launching=True, tried=tried)
    return {}


def _launched(state: Account, fact: Fact) -> Changes:
    """It waits no more. Of a referral's opportunity whose referral it was is remembered."""
    need_id = _of_event(state, fact.event_id)
    if need_id is None:
        return {}
    needs, need = state.needs, state.needs.waiting[need_id]
    waiting = {key: each for key, each in needs.waiting.items() if key != need_id}
    referred = needs.referred
    if need.referred_by and need.referral_id and len(referred) < MOST_REFERRED:
        whose = Referred(need.referred_by, need.referral_id)
        referred = {**referred, fact.data["opportunity_id"]: whose}
    return {"needs": replace(needs, waiting=waiting, referred=referred)}


def _refused(state: Account, fact: Fact) -> Changes:
    """Its opening broke a rule: it waits for somebody who knows better."""
    need_id = _of_event(state, fact.event_id)
    if need_id is None:
        return {}
    rule = f"{fact.data['field']}: {fact.data['rule']}"
    return _changed(state, need_id, go=False, launching=False, refused=rule, since=fact.recorded_at)


def _of_event(state: Account, event_id: str | None) -> str | None:
    """The need whose opening is said under this event."""
    if not (event_id and event_id.startswith(f"{WANTED}:")):
        return None
    number = event_id.split(":")[1]
    waiting = state.needs.waiting.items()
    return next((key for key, need in waiting if str(need.number) == number), None)


def _told(state: Account, fact: Fact) -> Changes:
    """Launched is told once; what has ended is told for good."""
    id, referred = fact.data["opportunity_id"], dict(state.needs.referred)
    if fact.data["answer"] == "launched":
        referred[id] = referred[id]._replace(told=True)
    else:
        del referred[id]
    return {"needs": replace(state.needs, referred=referred)}


def _sum(data: Any) -> Money | None:
    return Money.model_validate(data["amount"]) if "amount" in data else None


NEED: Final = Part(
    rules={"report_need": _report, "accept_need": _accept, "dismiss_need": _dismiss},
    folds={
        "need_found": _found,
        "need_passed_over": _passed_over,
        "need_accepted": _accepted,
        "need_dismissed": _gone,
        "need_lapsed": _gone,
        "opportunity_wanted": _wanted,
        "opportunity_launched": _launched,
        "refused": _refused,
        "referral_followed": _told,
        "usage_reported": triggers.used,
        "health_changed": triggers.felt,
        **dict.fromkeys(triggers.EVENTS, triggers.happened),
    },
    looks=_looks,
    due=_due,
    ended=_ended,
    follows=_follows,
    notices=NOTICES,
)
