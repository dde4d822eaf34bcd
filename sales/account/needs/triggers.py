"""The rules of a policy: what makes them fire, and when they do.

A rule fires once for a cause. What happens once (a win, a promise kept) is passed over while the
rule rests; what lasts (usage, health) waits until it has rested, and fires again only after it was
gone in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sales.account.needs.finding import find, summed
from sales.account.needs.state import MOST_AWAITED, Awaited, Fired, Needs
from sales.account.needs.terms import Event, NeedRule
from sales.account.state import Account
from sales.drafts import Draft
from sales.facts import Fact

Changes = dict[str, Any]

BANDS: Final = ("poor", "fair", "good")
HEALTH: Final = "health"
EVENTS: Final[dict[str, Event]] = {
    "opportunity_ended": "won",
    "commitment_met": "commitment_met",
    "contract_recorded": "term_begun",
    "term_renewed": "term_begun",
}
"""Which kind of fact is which event."""


def rules_of(state: Account) -> Mapping[str, NeedRule]:
    """The rules of the account's policy, by name."""
    return state.policy.needs.rules if state.policy else {}


def fires_at(state: Account, awaited: Awaited) -> datetime:
    """When it does: what lasts waits until the rule has rested."""
    rule, fired = rules_of(state).get(awaited.rule), state.needs.fired.get(awaited.rule)
    if rule is None or rule.after or fired is None:
        return awaited.at
    return max(awaited.at, fired.at + rule.cool_down)


def looks(state: Account) -> Iterable[datetime]:
    """When rules fire."""
    return (fires_at(state, awaited) for awaited in state.needs.awaited)


def due(state: Account, until: datetime) -> list[Draft]:
    """What the rules have found by then: one need at a time, for it may be what the next would
    repeat, and all that is passed over before it."""
    drafts: list[Draft] = []
    there = sorted((fires_at(state, each), each) for each in state.needs.awaited)
    for at, awaited in there:
        if at > until:
            break
        draft = _fire(state, awaited, at, len(drafts))
        drafts.append(draft._replace(at=at))
        if draft.kind == "need_found":
            break
    return drafts


def _fire(state: Account, awaited: Awaited, at: datetime, before: int) -> Draft:
    rule, fired = rules_of(state).get(awaited.rule), state.needs.fired.get(awaited.rule)
    over: dict[str, Any] = {"rule": awaited.rule, "cause": awaited.cause}
    if rule is None:
        return Draft("need_passed_over", {**over, "why": "not_in_policy"})
    if rule.after and fired and at < fired.at + rule.cool_down:
        return Draft("need_passed_over", {**over, "why": "cool_down"})
    need: dict[str, Any] = {"need": rule.need, "lead_source": awaited.rule}
    known = {"product": rule.product, "amount": summed(rule.amount)}
    if rule.after == "won":
        known["adds_on_to"] = awaited.cause
    need |= {name: each for name, each in known.items() if each}
    return find(state, awaited.rule, awaited.cause, need, {}, before)


def happened(state: Account, fact: Fact) -> Changes:
    """Something happened once: the rules that wait on it wait from then on."""
    event, data = EVENTS[fact.kind], fact.data
    if event == "won" and data["outcome"] != "won":
        return {}
    begun = datetime.fromisoformat(data["starts_at"]) if event == "term_begun" else None
    told = fact.occurred_at if fact.cause == "clock" else fact.recorded_at
    new = []
    for key, rule in rules_of(state).items():
        if rule.after != event or rule.of not in (None, data.get("process")):
            continue
        at = (begun or fact.occurred_at) + rule.wait
        if begun is None or at >= told:  # a term that was told late has had its time
            new.append(Awaited(key, _cause(event, data), max(at, told)))
    known = {(each.rule, each.cause) for each in state.needs.awaited}
    return _awaiting(state, [each for each in new if each[:2] not in known])


def _cause(event: Event, data: Mapping[str, Any]) -> str:
    if event == "term_begun":
        return f"{data['contract_id']}:{data['term']}"
    return str(data["opportunity_id" if event == "won" else "commitment_id"])


def used(state: Account, fact: Fact) -> Changes:
    """A metric has another value."""
    data = fact.data
    value, target = float(data["value"]), float(data.get("target") or 1)
    share = value / target
    about = {
        key: share > rule.usage.above
        for key, rule in rules_of(state).items()
        if rule.usage and rule.usage.metric == data["metric"]
    }
    return _levels(state, about, f"usage:{data['metric']}", fact.occurred_at)


def felt(state: Account, fact: Fact) -> Changes:
    """The health is another."""
    band = fact.data.get("band")
    reached = BANDS.index(band) if band else 0
    about = {
        key: reached >= BANDS.index(rule.health)
        for key, rule in rules_of(state).items()
        if rule.health
    }
    return _levels(state, about, HEALTH, fact.occurred_at)


def _levels(state: Account, holds: Mapping[str, bool], cause: str, at: datetime) -> Changes:
    """What holds now and did not before is waited on; what holds no more is forgotten."""
    needs, gone = state.needs, {key for key, each in holds.items() if not each}
    fired = {
        key: each._replace(over=False) if key in gone else each for key, each in needs.fired.items()
    }
    kept = tuple(each for each in needs.awaited if each.rule not in gone)
    known = {each.rule for each in kept} | {key for key, each in fired.items() if each.over}
    new = [Awaited(key, cause, at) for key, each in holds.items() if each and key not in known]
    if not new and kept == needs.awaited and fired == needs.fired:
        return {}
    changed = replace(state, needs=replace(needs, fired=fired, awaited=kept))
    return {"needs": _with(changed.needs, new)}


def _awaiting(state: Account, new: list[Awaited]) -> Changes:
    return {"needs": _with(state.needs, new)} if new else {}


def _with(needs: Needs, new: list[Awaited]) -> Needs:
    return replace(needs, awaited=(*needs.awaited, *new)[:MOST_AWAITED])


def fired(state: Account, fact: Fact) -> Needs:
    """What is left to wait on once a rule has fired, or was passed over."""
    needs, name = state.needs, fact.data["rule"]
    kept = tuple(each for each in needs.awaited if each[:2] != (name, fact.data.get("cause")))
    rule = rules_of(state).get(name)
    if rule is None or kept == needs.awaited:
        return replace(needs, awaited=kept)
    rests = fact.data.get("why") == "cool_down"
    since = (
        needs.fired
        if rests
        else {**needs.fired, name: Fired(fact.occurred_at, over=rule.after is None)}
    )
    named = {key: each for key, each in since.items() if key in rules_of(state)}
    return replace(needs, awaited=kept, fired=named)
