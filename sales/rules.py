"""The rules, one function a message: what it causes in an open opportunity, or what it breaks."""

from datetime import datetime, timedelta
from typing import Any

from sales.details import MAPS
from sales.drafts import Broken, Draft
from sales.gates import unmet
from sales.messages import (
    Amend,
    ChangeAccount,
    ChangeStage,
    Correct,
    Extend,
    LogEffort,
    Message,
    Migrate,
    Overridable,
    Park,
    RecordDecision,
    RecordEngagement,
    RecordPurchase,
    Unpark,
    Withdraw,
)
from sales.opportunity import Opportunity
from sales.patching import check_weight, patched
from sales.process import BUYER_MADE, Condition, Process
from sales.values import Money, day_of, limit_of
from sales.words import COMMON, said

ALWAYS_WITHDRAWN = frozenset({"account_closed", "created_in_error", "duplicate"})
"""Reasons for withdrawing that every process knows."""


def change_stage(state: Opportunity, message: ChangeStage, at: datetime) -> list[Draft]:
    """Into any stage the gates on the way let through; backwards is allowed and counted."""
    process = state.process
    if process.stage(message.stage) is None:
        raise Broken("stage", "unknown_stage", f"the process has no stage {message.stage!r}")
    if message.stage == state.stage:
        raise Broken("stage", "already_there")
    if at < state.stage_entered_at:
        raise Broken("occurred_at", "stale", "the stage has changed since")
    data: dict[str, Any] = {"stage": message.stage, "from": state.stage}
    if process.position(message.stage) < process.position(state.stage):
        data["backwards"] = True
    if message.evidence:
        data["evidence"] = message.evidence
    gates = process.gates(state.stage, message.stage)
    data |= pass_gate(state, gates, message, message.evidence)
    return [Draft("stage_changed", data, at)]


def pass_gate(
    state: Opportunity,
    conditions: tuple[Condition, ...],
    message: Overridable,
    evidence: str | None = None,
) -> dict[str, Any]:
    """Nothing where every condition holds; else what was overridden, by whom and why."""
    missing = unmet(state, conditions, evidence)
    if missing is None:
        return {}
    if not message.override:
        raise Broken("gate", missing, f"the gate asks for {missing}")
    if not (message.actor and message.note):
        raise Broken("override", "needs_actor_and_note", "say who overrides the gate, and why")
    return {"overridden": missing}


def record_engagement(state: Opportunity, message: RecordEngagement, at: datetime) -> list[Draft]:
    """A contact keeps its own time; only the buyer's ends the buyer's silence."""
    if message.stakeholder_id and message.stakeholder_id not in state.stakeholders:
        raise Broken("stakeholder_id", "unknown_stakeholder")
    return [Draft("engaged", said(message), at)]


def amend(state: Opportunity, message: Amend, at: datetime) -> list[Draft]:
    """Any detail; never close date, stage, process or opening, which have messages of their own."""
    data = said(message)
    for name in sorted(message.model_fields_set - COMMON - data.keys()):
        raise Broken(name, "required", "a plain detail can be changed, not removed")
    if not data:
        raise Broken("body", "nothing_to_amend")
    for name in data:
        if at < state.amended_at.get(name, at):
            raise Broken("occurred_at", "stale", f"{name} has been amended since")
    _one_currency(state, message.amount, message.recurring)
    if MAPS.keys() & data.keys():
        check_weight(patched(name, getattr(state, name), data.get(name, {})) for name in MAPS)
    return [Draft("amended", data, at)]


def record_decision(
    state: Opportunity, message: RecordDecision, at: datetime, also: tuple[str, ...] = ()
) -> list[Draft]:
    """A no ends it as lost; a yes wins together with a purchase, and alone opens the window."""
    yes = message.decision == "yes"
    if not yes and state.purchase:
        raise Broken("decision", "purchased_already", "the buyer has acted already")
    known = state.process.reasons.won if yes else state.process.reasons.lost
    check_reasons(message.reasons, (*known, *also), "reasons")
    source = message.reason_source or _source(message)
    data = {**said(message), "reason_source": source}
    drafts = [Draft("decided", data, at)]
    if yes and not state.purchase:
        return drafts
    why: dict[str, Any] = {
        key: data[key] for key in ("reasons", "competitor", "verbatim") if key in data
    }
    outcome = "won" if yes else "lost"
    closed_at = max(at, state.opened_at, state.purchase.at if state.purchase else at)
    return [*drafts, ended(state, outcome, closed_at, {**why, "reason_source": source})]


def record_purchase(state: Opportunity, message: RecordPurchase, at: datetime) -> list[Draft]:
    """What only a buyer can make is both keys at once; other evidence waits for the yes."""
    if state.purchase and message.evidence.kind not in BUYER_MADE:
        raise Broken("evidence", "purchased_already")
    _one_currency(state, message.amount)
    recurring = message.contract.recurring if message.contract else None
    bought_in = message.amount.currency if message.amount else state.currency
    if recurring and bought_in and recurring.currency != bought_in:
        raise Broken("contract.recurring", "mixed_currencies", f"it is bought in {bought_in}")
    check_reasons(message.reasons, state.process.reasons.won, "reasons")
    drafts = [Draft("purchased", said(message), at)]
    if not state.decision and message.evidence.kind not in BUYER_MADE:
        return drafts
    decision, source = state.decision, _source(message) if message.reasons else "system"
    why: dict[str, Any] = {"reasons": list(message.reasons or ("not_stated",))}
    if decision and not message.reasons:
        why, source = {"reasons": list(decision.reasons)}, decision.source
    for name in ("competitor", "verbatim"):
        if word := getattr(message, name) or (getattr(decision, name) if decision else None):
            why[name] = word
    closed_at = max(at, state.opened_at, decision.at if decision else at)
    return [*drafts, ended(state, "won", closed_at, {**why, "reason_source": source})]


def extend(state: Opportunity, message: Extend, at: datetime) -> list[Draft]:
    """Move the close date; only a later one draws on the budget."""
    zone, budget = state.process.time_zone, state.process.extension
    new_at, new_day = limit_of(message.close_date, zone), day_of(message.close_date, zone)
    old_at, old_day = state.close_at, state.close_date
    if state.process.silence == "purchase":
        raise Broken("close_date", "not_in_this_process", "the notice date is the contract's")
    if at < (state.close_set_at or state.opened_at):
        raise Broken("occurred_at", "stale", "the close date has been moved since")
    if new_at <= at:
        raise Broken("close_date", "in_the_past")
    if new_at > state.end_by:
        raise Broken("close_date", "past_end_by", f"it ends by {state.end_by.isoformat()}")
    later = max(new_at - old_at, timedelta(0)) if old_at else timedelta(0)
    if later and state.extensions >= budget.times:
        raise Broken("close_date", "budget_times", f"extended {budget.times} times already")
    if later and state.extended + later > budget.total:
        raise Broken("close_date", "budget_total", f"at most {budget.total} in all")
    data = said(
        message,
        close_date=new_day.isoformat(),
        close_at=new_at.isoformat(),
        later_seconds=later.total_seconds(),
    )
    if old_day and (new_day.year, new_day.month) > (old_day.year, old_day.month):
        data["push"] = True
    return [Draft("extended", data, at)]


def park(state: Opportunity, message: Park, at: datetime) -> list[Draft]:
    """Rest until a known event, within the budget and never past `end_by`."""
    until, budget = limit_of(message.until, state.process.time_zone), state.process.parking
    if state.process.silence == "purchase":
        raise Broken("until", "not_in_this_process", "nothing here can rest")
    if state.parked_at:
        raise Broken("until", "parked_already")
    at = max([at, *(end for _, end in state.rests)])
    if until <= at:
        raise Broken("until", "in_the_past")
    if until >= state.end_by:
        raise Broken("until", "past_end_by", f"it ends by {state.end_by.isoformat()}")
    if state.parkings >= budget.times:
        raise Broken("until", "budget_times", f"parked {budget.times} times already")
    if state.parked + (until - at) > budget.total:
        raise Broken("until", "budget_total", f"at most {budget.total} in all")
    return [Draft("parked", said(message, until=until.isoformat()), at)]


def unpark(state: Opportunity, message: Unpark, at: datetime) -> list[Draft]:
    """End the rest early."""
    if not state.parked_at:
        raise Broken("kind", "not_parked")
    return [Draft("unparked", {}, max(at, state.parked_at))]


def withdraw(
    state: Opportunity, message: Withdraw, at: datetime, also: tuple[str, ...] = ()
) -> list[Draft]:
    """The seller ends it, for a coded reason."""
    known = (*state.process.reasons.withdrawn, *sorted(ALWAYS_WITHDRAWN), *also)
    check_reasons((message.reason,), known, "reason")
    why: dict[str, Any] = {"reasons": [message.reason], "reason_source": "seller"}
    if message.verbatim:
        why["verbatim"] = message.verbatim
    return [ended(state, "withdrawn", max(at, state.opened_at), why)]


def migrate(state: Opportunity, message: Message, process: Process | None) -> list[Draft]:
    """To another version of the same process; `end_by` stays where it is."""
    assert isinstance(message, Migrate)
    if message.process_version == state.process.version:
        raise Broken("process_version", "already_there")
    named = (state.process.name, message.process_version)
    if process is None or (process.name, process.version) != named:
        raise Broken("process_version", "unknown_version")
    if process.stage(state.stage) is None:
        raise Broken("process_version", "stage_missing", f"it has no stage {state.stage!r}")
    if process.silence != state.process.silence:
        raise Broken("process_version", "other_silence", "silence would mean something else")
    return [Draft("migrated", {"process": process.ref, "from": state.process.ref})]


def change_account(state: Opportunity, message: ChangeAccount, _at: datetime) -> list[Draft]:
    """To another account. What an account said that has it no more came too late."""
    if message.from_account != state.account_id:
        raise Broken("from_account", "not_its_account", f"it is {state.account_id}'s")
    if message.account_id == state.account_id:
        raise Broken("account_id", "already_there")
    data = {"account_id": message.account_id, "from": state.account_id}
    return [Draft("account_changed", {**data, "process": state.process.name})]


def log_effort(_state: Opportunity, message: LogEffort, at: datetime) -> list[Draft]:
    """Hours add up."""
    return [Draft("effort_logged", said(message), at)]


def correct(state: Opportunity, message: Correct, at: datetime) -> list[Draft]:
    """A correction is a new fact; it reaches recent engagements and efforts."""
    old = state.correctable.get(message.sequence)
    if old is None:
        raise Broken("sequence", "not_correctable", "only a recent engagement or effort is")
    changes = said(message, sequence=message.sequence)
    if not message.void:
        changes.pop("void", None)
    if message.occurred_at:
        changes["occurred_at"] = at.isoformat()
    if message.origin:
        changes["origin"] = message.origin
    wrong = ("origin",) if old.kind == "effort_logged" else ("hours",)
    for name in wrong:
        if name in changes:
            raise Broken(name, "not_in_this_fact", f"the fact is {old.kind}")
    if len(changes) == 1:
        raise Broken("body", "nothing_to_correct")
    if old.pool and (message.void or message.hours is not None):
        changes |= {"pool": old.pool, "before": str(old.hours)}
    return [Draft("corrected", changes)]


def ended(state: Opportunity, outcome: str, closed_at: datetime, why: dict[str, Any]) -> Draft:
    """The end: one outcome, its reasons, the stage reached."""
    data = {"outcome": outcome, "closed_at": closed_at.isoformat(), "stage": state.stage, **why}
    return Draft("ended", data, closed_at)


def check_reasons(given: tuple[str, ...], known: tuple[str, ...], field: str) -> None:
    """Every reason is one of the process's codes."""
    for code in given:
        if code not in known:
            raise Broken(field, "unknown_reason", f"{code!r} is none of {', '.join(known)}")


def _source(message: Message) -> str:
    return "buyer" if message.origin == "buyer" else "seller"


def _one_currency(state: Opportunity, amount: Money | None, recurring: Money | None = None) -> None:
    """Its sums are all in one currency, which changes only where every sum is told anew."""
    told = {each.currency for each in (amount, recurring) if each}
    if len(told) > 1:
        raise Broken("currency", "mixed_currencies")
    stays = (
        (state.amount is not None and not amount)
        or (state.recurring is not None and not recurring)
        or bool(state.line_items)
    )
    if told and stays and state.currency and told != {state.currency}:
        raise Broken("currency", "mixed_currencies", f"its sums are in {state.currency}")
