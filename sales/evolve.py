"""What a fact does to the state. Total: any fact that `decide` made folds, and folding is all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sales.details import MAPS, merge
from sales.facts import Fact
from sales.journal import MOST_SOURCES, remembered
from sales.opportunity import (
    Correctable,
    Decision,
    Heard,
    Opportunity,
    Outcome,
    Purchase,
    Refusal,
)
from sales.process import Process

PLAIN: Final = ("name", "lead_source", "segment", "product", "territory", "owner", "team")
SUMS: Final = ("amount", "recurring")
KEPT: Final = 20
"""How many refusals, and how many correctable facts, the state itself keeps."""

Changes = dict[str, Any]
Lookup = Callable[[str, int], Process]


def fold(facts: Iterable[Fact], process_of: Lookup) -> Opportunity | None:
    """The state a journal tells; `process_of(name, version)` finds the processes it refers to."""
    state: Opportunity | None = None
    for fact in facts:
        ref = fact.data.get("process") if fact.kind in ("opened", "migrated") else None
        process = process_of(ref["name"], ref["version"]) if ref else None
        state = evolve(state, fact, process)
    return state


def evolve(state: Opportunity | None, fact: Fact, process: Process | None = None) -> Opportunity:
    """The state after the fact. `process` comes with `opened` and `migrated`, which refer to it."""
    if state is None:
        if process is None:
            raise ValueError("a journal begins with `opened`, and `opened` needs its process")
        return _opened(fact, process)
    changes: Changes = {"sequence": fact.sequence}
    if fact.event_id and fact.event_id not in state.heard:
        changes["heard"] = remembered(state.heard, fact)
    if fact.source and fact.source_seq is not None:
        changes["sources"] = _counted(state.sources, fact.source, fact.source_seq)
    if fact.kind == "migrated":
        changes["process"] = process or state.process
    elif rule := _RULES.get(fact.kind):
        changes.update(rule(state, fact))
    return replace(state, **changes)


def _opened(fact: Fact, process: Process) -> Opportunity:
    data = fact.data
    plain = [name for name in PLAIN if name in data]
    close_date = date.fromisoformat(data["close_date"]) if data.get("close_date") else None
    state = Opportunity(
        id=data["opportunity_id"],
        account_id=data["account_id"],
        process=process,
        opened_at=fact.occurred_at,
        landed_at=fact.recorded_at,
        end_by=instant(data["end_by"]),
        stage=data["stage"],
        stage_entered_at=instant(data["stage_entered_at"]),
        engaged_at=instant(data["engaged_at"]),
        engaged=data["engaged"],
        engaged_before=instant(data["engaged_at"]) if data["engaged"] else None,
        rules_version=data["rules_version"],
        sequence=fact.sequence,
        attempt=data["attempt"],
        predecessor_id=data.get("predecessor_id"),
        landing_until=optional_instant(data.get("landing_until")),
        notice_by=optional_instant(data.get("notice_by")),
        close_date=close_date,
        first_close_date=close_date,
        close_at=optional_instant(data.get("close_at")),
        close_set_at=fact.occurred_at if close_date else None,
        heard={name: _heard(row) for name, row in data.get("heard", {}).items()},
        overrides=int("overridden" in data),
        amended_at={name: fact.occurred_at for name in [*plain, *SUMS] if name in data},
        **{name: data[name] for name in plain},
        **_money(data),
        **_maps(None, data),
    )
    if fact.event_id:
        state = replace(state, heard=remembered(state.heard, fact))
    return state


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
    changes = _correctable(state, fact, Decimal(0))
    if fact.origin != "buyer":
        return changes
    person = state.stakeholders.get(fact.data.get("stakeholder_id", ""))
    if person and (not person.last_contact_at or person.last_contact_at < fact.occurred_at):
        met = person.model_copy(update={"last_contact_at": fact.occurred_at})
        changes["stakeholders"] = {**state.stakeholders, fact.data["stakeholder_id"]: met}
    return {**changes, "engaged": True, "engaged_at": max(state.engaged_at, fact.occurred_at)}


def _amended(state: Opportunity, fact: Fact) -> Changes:
    data = fact.data
    stamps = {name: fact.occurred_at for name in data if name not in MAPS}
    return {
        **{name: data[name] for name in PLAIN if name in data},
        **_money(data),
        **_maps(state, data),
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
    changes = {"purchase": purchase, **_money(fact.data), **_window(state, fact.occurred_at)}
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
    kept[fact.sequence] = Correctable(fact.kind, fact.occurred_at, fact.origin, hours)
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
    return {"outcome": _outcome(fact.data, fact.data["reason_source"])}


def _outcome(data: Mapping[str, Any], source: Any) -> Outcome:
    return Outcome(
        data["outcome"],
        tuple(data["reasons"]),
        instant(data["closed_at"]),
        source,
        data.get("competitor"),
        data.get("verbatim"),
    )


def stored_end(state: Opportunity, record: Mapping[str, Any]) -> Opportunity:
    """The state with an end that the ledger holds and this run did not know of."""
    return replace(state, outcome=_outcome(record, record["source"]), stage=record["stage"])


def _late(state: Opportunity, _fact: Fact) -> Changes:
    return {"late": state.late + 1}


def _refused(state: Opportunity, fact: Fact) -> Changes:
    data = fact.data
    entry = Refusal(fact.sequence, fact.recorded_at, data["message"], data["field"], data["rule"])
    return {"refusals": state.refusals + 1, "refused": (*state.refused, entry)[-KEPT:]}


_RULES: Final[dict[str, Callable[[Opportunity, Fact], Changes]]] = {
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
    "warned": _warned,
    "ended": _ended,
    "late": _late,
    "refused": _refused,
}


def instant(text: str) -> datetime:
    """An instant as facts carry it."""
    return datetime.fromisoformat(text)


def optional_instant(text: str | None) -> datetime | None:
    """An instant that may be missing."""
    return instant(text) if text else None


def _money(data: Mapping[str, Any]) -> Changes:
    changes: Changes = {}
    for name in SUMS:
        if sum_ := data.get(name):
            changes[name] = Decimal(sum_["amount"])
            changes["currency"] = sum_["currency"]
    return changes


def _maps(state: Opportunity | None, data: Mapping[str, Any]) -> Changes:
    return {
        name: merge(getattr(state, name) if state else {}, data[name], item)
        for name, item in MAPS.items()
        if data.get(name)
    }


def _counted(sources: dict[str, int], source: str, number: int) -> dict[str, int]:
    if source not in sources and len(sources) >= MOST_SOURCES:
        return sources
    return {**sources, source: number}


def _heard(row: Any) -> Heard:
    return Heard(row[0], instant(row[1]), row[2])
