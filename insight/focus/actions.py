"""The next best action for one opportunity: what stands in its way now, by the rules' own risks."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sales.gates import unmet
from sales.opportunity import Opportunity
from sales.risks import risks
from sales.values import day_of


class Action(NamedTuple):
    """What to do, as a stable code and in words."""

    code: str
    words: str


def next_action(state: Opportunity, now: datetime) -> Action | None:
    """The most urgent one: what the buyer has half done, then what is overdue or silent, then what
    the next stage asks for, then what weakens the case. None once it has ended."""
    return None if state.outcome else next(_actions(state, now))


def _actions(state: Opportunity, now: datetime) -> Iterator[Action]:
    found = set(risks(state, now))
    yield from _halves(state)
    if state.parked_until and state.parked_until > now:
        yield Action("parked", f"rests until {state.parked_until:%Y-%m-%d}")
    if "past_close_date" in found:
        yield Action("past_close_date", f"the close date {state.close_date} is over: a new one")
    if "plan_overdue" in found:
        yield Action("plan_overdue", _overdue_step(state, now))
    if "champion_silent" in found:
        yield Action("champion_silent", f"call {_silent_champion(state)}, the champion")
    if state.amount is None:
        yield Action("no_amount", "say what it is worth")
    yield from _gate(state)
    yield from _weaknesses(found)
    yield _forward(state)


def _halves(state: Opportunity) -> Iterator[Action]:
    if state.decision and not state.purchase:
        yield Action("purchase_missing", "the buyer said yes: get the order or the signature")
    if state.purchase and not state.decision:
        yield Action("decision_missing", "the order is there: get the decision")


def _overdue_step(state: Opportunity, now: datetime) -> str:
    today = day_of(now, state.process.time_zone)
    late = [step for step in state.plan.values() if step.due < today and not step.done_at]
    step = min(late, key=lambda each: each.due)
    return f"the {step.owner}'s step {step.title!r} was due {step.due}"


def _silent_champion(state: Opportunity) -> str:
    people = [(id_, each) for id_, each in state.stakeholders.items() if each.role == "champion"]
    id_, person = min(people, key=lambda each: each[1].last_contact_at or state.opened_at)
    return person.name or id_


def _gate(state: Opportunity) -> Iterator[Action]:
    """What the next stage asks for and is not there. Evidence comes with the message itself."""
    here = state.process.position(state.stage)
    for stage in state.process.stages[here + 1 : here + 2]:
        gates = state.process.gates(state.stage, stage.name)
        if missing := unmet(state, gates, evidence="said with the change"):
            yield Action("gate", f"{stage.title} asks for {missing}")


def _weaknesses(found: set[str]) -> Iterator[Action]:
    told = {
        "no_economic_buyer": "find out who can release the money",
        "single_threaded": "get to know a second person",
        "blocker": "win over, or get around, the one who is against it",
        "unrealistic_close_date": "agree on a close date behind the last step of the plan",
    }
    yield from (Action(code, words) for code, words in told.items() if code in found)


def _forward(state: Opportunity) -> Action:
    here = state.process.position(state.stage)
    for stage in state.process.stages[here + 1 : here + 2]:
        return Action("move_on", f"ready for {stage.title}")
    return Action("decide", "ask for the decision")
