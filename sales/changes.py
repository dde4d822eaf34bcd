"""What each kind of fact changes in an open opportunity, one function a kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sales.details import MAPS, merge
from sales.erasing import ERASED, WORDS, Erasure
from sales.facts import Fact
from sales.opportunity import Correctable, Decision, Opportunity, Outcome, Purchase, Refusal
from sales.pool.asking import released, requested
from sales.values import Model

PLAIN: Final = ("name", "lead_source", "segment", "product", "territory", "owner", "team")
SUMS: Final = ("amount", "recurring")
KEPT: Final = 20
"""How many refusals, and how many correctable facts, the state itself keeps."""

NOTHING: Final = Decimal(0)

Changes = dict[str, Any]


def _stage_changed(state: Opportunity, fact: Fact) -> Changes:
    until, old = fact.occurred_at, state.stage
    entered = state.stage_entered_at
    # A yes told late may reach back over a parking, and such time must not count as rest twice.
    spent = max(until - entered - state.rested(entered, until), timedelta(0))
    return {
        "stage": fact.data["stage"],
        "stage_entered_at": until,
        "stage_spent": {**state.stage_spent, old: state.stage_spent.get(old, timedelta(0)) + spent},
        "reversions": state.reversions + bool(fact.data.get("backwards")),
        "overrides": state.overrides + ("overridden" in fact.data),
    }


def _engaged(state: Opportunity, fact: Fact) -> Changes:
    changes = _correctable(state, fact, NOTHING)
    if fact.origin != "buyer":
        return changes
    changes["engaged"], changes["engaged_at"] = True, max(state.engaged_at, fact.occurred_at)
    person = state.stakeholders.get(fact.data.get("stakeholder_id", ""))
    if person and (not person.last_contact_at or person.last_contact_at < fact.occurred_at):
        met = person.model_copy(update={"last_contact_at": fact.occurred_at})
        changes["stakeholders"] = {**state.stakeholders, fact.data["stakeholder_id"]: met}
    return changes


def _amended(state: Opportunity, fact: Fact) -> Changes:
    data = fact.data
    stamps = {name: fact.occurred_at for name in data if name not in MAPS}
    return {
        **{name: data[name] for name in PLAIN if name in data},
        **money_of(data),
        **maps_of(state, data),
        "amended_at": {**state.amended_at, **stamps},
    }


def _decided(state: Opportunity, fact: Fact) -> Changes:
    if fact.data["decision"] == "no":
        return {}
    data = fact.data
    decision = Decision(
        fact.occurred_at,
        tuple(data["reasons"]),
        data["reason_source"],
        data.get("competitor"),
        data.get("verbatim"),
    )
    return {"decision": decision, **_window(state, fact.occurred_at)}


def _purchased(state: Opportunity, fact: Fact) -> Changes:
    evidence = fact.data["evidence"]
    purchase = Purchase(
        fact.occurred_at, evidence["kind"], evidence["reference"], fact.data.get("contract")
    )
    changes = {"purchase": purchase, **money_of(fact.data), **_window(state, fact.occurred_at)}
    if "amount" in fact.data:
        changes["amended_at"] = {**state.amended_at, "amount": fact.occurred_at}
    return changes


def _window(state: Opportunity, at: datetime) -> Changes:
    """The action window opens with the first half of a win, where the process has one."""
    if state.action_since or not state.process.clocks.action_window:
        return {}
    return {"action_since": max(at, state.opened_at)}


def _extended(state: Opportunity, fact: Fact) -> Changes:
    data = fact.data
    later = timedelta(seconds=data["later_seconds"])
    close_date = date.fromisoformat(data["close_date"])
    return {
        "close_date": close_date,
        "first_close_date": state.first_close_date or close_date,
        "close_at": instant(data["close_at"]),
        "close_set_at": fact.occurred_at,
        "pushes": state.pushes + bool(data.get("push")),
        "extensions": state.extensions + (later > timedelta(0)),
        "extended": state.extended + max(later, timedelta(0)),
    }


def _parked(state: Opportunity, fact: Fact) -> Changes:
    until = instant(fact.data["until"])
    return {
        "parked_at": fact.occurred_at,
        "parked_until": until,
        "parkings": state.parkings + 1,
        "parked": state.parked + (until - fact.occurred_at),
    }


def _unparked(state: Opportunity, fact: Fact) -> Changes:
    changes: Changes = {"parked_at": None, "parked_until": None}
    if state.parked_at:
        changes["rests"] = (*state.rests, (state.parked_at, fact.occurred_at))
    if state.parked_until and fact.occurred_at < state.parked_until:
        changes["parked"] = state.parked - (state.parked_until - fact.occurred_at)
    return changes


def _effort_logged(state: Opportunity, fact: Fact) -> Changes:
    hours = Decimal(fact.data["hours"])
    return {"effort": state.effort + hours, **_correctable(state, fact, hours)}


def _correctable(state: Opportunity, fact: Fact, hours: Decimal) -> Changes:
    """The last few engagements and efforts; what leaves them stands for good."""
    kept = dict(state.correctable)
    pool = fact.data.get("pool")
    kept[fact.sequence] = Correctable(fact.kind, fact.occurred_at, fact.origin, hours, pool)
    changes: Changes = {"correctable": kept}
    if len(kept) > KEPT:
        gone = kept.pop(next(iter(kept)))
        if gone.kind == "engaged" and gone.origin == "buyer":
            changes["engaged_before"] = max(state.engaged_before or state.opened_at, gone.at)
    return changes


def _corrected(state: Opportunity, fact: Fact) -> Changes:
    sequence, data = fact.data["sequence"], fact.data
    old = state.correctable[sequence]
    rest = {key: entry for key, entry in state.correctable.items() if key != sequence}
    if data.get("void"):
        new, kept = None, rest
    else:
        new = old._replace(
            at=instant(data["occurred_at"]) if "occurred_at" in data else old.at,
            origin=data.get("origin", old.origin),
            hours=Decimal(data["hours"]) if "hours" in data else old.hours,
        )
        kept = dict(sorted({**rest, sequence: new}.items()))
    changes: Changes = {"correctable": kept}
    if old.kind == "effort_logged":
        changes["effort"] = state.effort - old.hours + (new.hours if new else 0)
    else:
        words = [e.at for e in kept.values() if e.kind == "engaged" and e.origin == "buyer"]
        changes["engaged"] = bool(words or state.engaged_before)
        changes["engaged_at"] = max([state.engaged_before or state.opened_at, *words])
    return changes


def _warned(state: Opportunity, fact: Fact) -> Changes:
    return {"warned": {**state.warned, fact.data["clock"]: instant(fact.data["due"])}}


def _ended(_state: Opportunity, fact: Fact) -> Changes:
    return {"outcome": outcome_of(fact.data, fact.data["reason_source"])}


def outcome_of(data: Mapping[str, Any], source: Any) -> Outcome:
    """The outcome as a fact or an outcome record tells it."""
    return Outcome(
        data["outcome"],
        tuple(data["reasons"]),
        instant(data["closed_at"]),
        source,
        data.get("competitor"),
        data.get("verbatim"),
    )


def _late(state: Opportunity, _fact: Fact) -> Changes:
    return {"late": state.late + 1}


def _refused(state: Opportunity, fact: Fact) -> Changes:
    data = fact.data
    entry = Refusal(fact.sequence, fact.recorded_at, data["message"], data["field"], data["rule"])
    return {"refusals": state.refusals + 1, "refused": (*state.refused, entry)[-KEPT:]}


def _erased(state: Opportunity, fact: Fact) -> Changes:
    """The words that the erasure takes; an entry stays, with all that is no free text."""
    asked = Erasure(fact.data)
    changes: Changes = {
        name: {
            key: _wordless(entry, WORDS[name]) if f"{name}.{key}" in asked.details else entry
            for key, entry in getattr(state, name).items()
        }
        for name in MAPS
    }
    for name in ("decision", "purchase", "outcome"):
        if held := getattr(state, name):
            changes[name] = _wordless(held, asked.details & {"verbatim", "competitor", "reference"})
    if "name" in asked.details and state.name:
        changes["name"] = ERASED
    return {**changes, "refused": uncalled(state.refused, asked)}


def _wordless(held: Any, words: Iterable[str]) -> Any:
    told = {word: ERASED for word in words if getattr(held, word, None) is not None}
    return held.model_copy(update=told) if isinstance(held, Model) else replace(held, **told)


def uncalled(refused: tuple[Refusal, ...], asked: Erasure) -> tuple[Refusal, ...]:
    """The latest refusals, without what strangers called things in those that are asked for."""
    return tuple(
        each._replace(kind=ERASED, field=ERASED) if each.sequence in asked.sequences else each
        for each in refused
    )


CHANGES: Final[dict[str, Callable[[Opportunity, Fact], Changes]]] = {
    "stage_changed": _stage_changed,
    "engaged": _engaged,
    "amended": _amended,
    "decided": _decided,
    "purchased": _purchased,
    "extended": _extended,
    "parked": _parked,
    "unparked": _unparked,
    "effort_logged": _effort_logged,
    "corrected": _corrected,
    "capacity_requested": requested,
    "capacity_released": released,
    "warned": _warned,
    "account_changed": lambda _state, fact: {"account_id": fact.data["account_id"]},
    "ended": _ended,
    "late": _late,
    "refused": _refused,
    "erased": _erased,
}


def instant(text: str) -> datetime:
    """An instant as facts carry it."""
    return datetime.fromisoformat(text)


def optional_instant(text: str | None) -> datetime | None:
    """An instant that may be missing."""
    return instant(text) if text else None


def money_of(data: Mapping[str, Any]) -> Changes:
    """The sums that the fact names, and their currency."""
    changes: Changes = {}
    for name in SUMS:
        if sum_ := data.get(name):
            changes[name] = Decimal(sum_["amount"])
            changes["currency"] = sum_["currency"]
    return changes


def maps_of(state: Opportunity | None, data: Mapping[str, Any]) -> Changes:
    """The maps that the fact patches, patched."""
    return {
        name: merge(getattr(state, name) if state else {}, data[name], item)
        for name, item in MAPS.items()
        if data.get(name)
    }
