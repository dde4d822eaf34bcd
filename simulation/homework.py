"""What a seller finds out, agrees and plans, so that a gate opens."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sales.opportunity import Opportunity
from sales.process import Condition, Process, Stage
from sales.values import day_of
from simulation.people import Buyer, Seller

DAY: Final = timedelta(days=1)


def beat(process: Process) -> timedelta:
    """The time between two rounds of talks: short enough to keep ahead of every clock."""
    clocks = process.clocks
    spans = [clocks.end_by.limit / 50]
    if clocks.buyer_silence:
        spans.append(clocks.buyer_silence.limit / 6)
    if clocks.stage_limit:
        spans.append(min(s.limit or clocks.stage_limit.limit for s in process.stages) / 6)
    return min(spans)


def dated(when: datetime, process: Process, pace: timedelta) -> str:
    """The last whole day before `when`, or the instant where days are too long for the pace."""
    if pace < DAY:
        return when.isoformat()
    return (day_of(when, process.time_zone) - DAY).isoformat()


def gates(state: Opportunity, stage: Stage) -> tuple[Condition, ...]:
    """What must be true to move on from where it stands to `stage`."""
    here = state.process.stage(state.stage)
    return (*(here.leave if here else ()), *stage.enter)


def learned(
    conditions: Iterable[Condition], buyer: Buyer, seller: Seller, at: datetime
) -> dict[str, Any]:
    """The details that make as many of the conditions hold as details can."""
    said: dict[str, Any] = {}
    for condition in conditions:
        for name, value in _answer(condition, buyer, seller, at).items():
            # Two conditions may ask for two entries of the same map.
            said[name] = {**said.get(name, {}), **value} if isinstance(value, dict) else value
    return said


def _answer(condition: Condition, buyer: Buyer, seller: Seller, at: datetime) -> dict[str, Any]:
    match condition.split(":"):
        case ["owner"]:
            return {"owner": seller.owner}
        case ["amount"]:
            return {"amount": {"amount": str(buyer.amount), "currency": buyer.currency}}
        case ["objective"]:
            return {"objectives": {"main": {"description": "Half the time to a delivery date"}}}
        case ["stakeholder"]:
            return {"stakeholders": {"contact": {"role": "evaluator"}}}
        case ["stakeholder" | "contact", role]:
            return {"stakeholders": {role: {"role": role}}}
        case ["element", name, *score]:
            least = int(score[0]) if score else 1
            return {"qualification": {name: {"score": least, "evidence": "as they told us"}}}
        case ["plan"]:
            due = (at + 14 * DAY).date().isoformat()
            return {"plan": {"trial": {"title": "Trial", "due": due, "owner": "buyer"}}}
        case ["line_items"]:
            line = {"product": "Suite", "unit_price": str(buyer.amount)}
            return {"line_items": {"main": line}}
        case ["competitor"]:
            return {"competitors": {"rival": {"name": "The rival"}}}
    return {}  # what remains is the buyer's to do, or was settled at the opening
