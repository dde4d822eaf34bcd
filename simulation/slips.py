"""Mistakes: what is said and breaks a rule, each of them in any open opportunity at any time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sales.gates import unmet
from sales.opportunity import Opportunity
from simulation.homework import gates

Wish = tuple[str, dict[str, Any]]
"""A kind, and the body that goes with it."""

ALWAYS: Final[tuple[Wish, ...]] = (
    ("change_stage", {"stage": "the_moon"}),
    ("change_stage", {"phase": "proposal"}),
    ("record_engagement", {"origin": "buyer", "channel": "call", "stakeholder_id": "nobody"}),
    ("record_engagement", {"origin": "market", "channel": "call"}),
    ("record_engagement", {"origin": "seller", "channel": "call", "occurred_at": "2026-02-01"}),
    ("amend", {}),
    ("amend", {"close_date": "2030-01-01"}),
    ("amend", {"amount": {"amount": 1200.5, "currency": "EUR"}}),
    ("amend", {"amount": {"amount": "1200.50", "currency": "XYZ"}}),
    (
        "amend",
        {
            "amount": {"amount": "9.00", "currency": "EUR"},
            "recurring": {"amount": "9.00", "currency": "USD"},
        },
    ),
    ("record_decision", {"decision": "no", "reasons": ["bad_weather"]}),
    ("record_decision", {"decision": "maybe", "reasons": ["price"]}),
    ("record_decision", {"decision": "yes", "reasons": []}),
    ("record_purchase", {"evidence": {"kind": "payment"}}),
    ("record_purchase", {"evidence": {"kind": "handshake", "reference": "fair"}}),
    ("extend", {"close_date": 20300101, "reason": "a number is no date"}),
    ("extend", {"close_date": "2001-01-01", "reason": "the past"}),
    ("park", {"until": "2001-01-01", "reason": "the past"}),
    ("withdraw", {"reason": "bad_weather"}),
    ("migrate", {"process_version": 999_999}),
    ("migrate", {"process_version": "next"}),
    ("log_effort", {"hours": "-1"}),
    ("correct", {"sequence": 1}),
    ("correct", {"sequence": "the last one"}),
    ("make_coffee", {"sugar": 2}),
)


def slip(rng: Random, state: Opportunity, at: datetime) -> Wish:
    """A wish that is refused, whatever stands in `state`."""
    fitting = [each for make in _FITTING if (each := make(state, at))]
    return rng.choice([*ALWAYS, *fitting, *fitting])


def _same_stage(state: Opportunity, _at: datetime) -> Wish:
    return "change_stage", {"stage": state.stage}


def _shut_gate(state: Opportunity, _at: datetime) -> Wish | None:
    last = state.process.stages[-1]
    if state.stage != last.name and unmet(state, gates(state, last)):
        return "change_stage", {"stage": last.name}
    return None


def _override_without_a_name(state: Opportunity, at: datetime) -> Wish | None:
    wish = _shut_gate(state, at)
    return (wish[0], {**wish[1], "override": True}) if wish else None


def _stale_stage(state: Opportunity, _at: datetime) -> Wish | None:
    other = next((each for each in state.process.stages if each.name != state.stage), None)
    if other is None:
        return None
    before = state.stage_entered_at - timedelta(seconds=1)
    return "change_stage", {"stage": other.name, "occurred_at": before.isoformat()}


def _past_the_end(state: Opportunity, _at: datetime) -> Wish:
    late = (state.end_by + timedelta(days=1)).isoformat()
    return "extend", {"close_date": late, "reason": "it takes as long as it takes"}


def _rest_past_the_end(state: Opportunity, _at: datetime) -> Wish:
    late = (state.end_by + timedelta(days=1)).isoformat()
    return "park", {"until": late, "reason": "let us sleep on it"}


def _wrong_rest(state: Opportunity, at: datetime) -> Wish:
    if state.parked_at:
        soon = (at + timedelta(seconds=1)).isoformat()
        return "park", {"until": soon, "reason": "it rests already"}
    return "unpark", {}


def _no_after_a_purchase(state: Opportunity, _at: datetime) -> Wish | None:
    reasons = [state.process.reasons.lost[0]]
    return ("record_decision", {"decision": "no", "reasons": reasons}) if state.purchase else None


_FITTING: Final[tuple[Callable[[Opportunity, datetime], Wish | None], ...]] = (
    _same_stage,
    _shut_gate,
    _override_without_a_name,
    _stale_stage,
    _past_the_end,
    _rest_past_the_end,
    _wrong_rest,
    _no_after_a_purchase,
)
