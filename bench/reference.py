"""The reference life: new business that is opened, hears six messages and is won.

Whatever the gates ask for is known when it opens, so that nothing is refused. Its first timer is
the qualification stage's first warning, 16 days on. A yes opens the action window, whose first
notice lies 31 days behind it, so the timer that is set stays: one timer for the whole life.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from temporalio.common import TypedSearchAttributes

from processes import library
from sales.opening import OpenOpportunity, Start, begin
from workflows import showing

Said = tuple[str, dict[str, Any]]

PROCESS: Final = "new_business"

_OVERRIDE: Final = {"override": True, "actor": "head-of-sales", "note": "met them at the fair"}
_A_MAIL: Final = {"origin": "buyer", "channel": "mail"}
_YES: Final[Said] = ("record_decision", {"decision": "yes", "reasons": ["best_fit"]})
_ORDER: Final = {"kind": "purchase_order", "reference": "PO-1"}
_BOUGHT: Final[Said] = ("record_purchase", {"evidence": _ORDER})

LIFE: Final[tuple[Said, ...]] = (
    ("record_engagement", _A_MAIL),
    ("change_stage", {"stage": "evaluation"}),
    ("record_engagement", _A_MAIL),
    ("change_stage", {"stage": "proposal"}),
    _YES,
    _BOUGHT,
)
"""Four of six change something that can be searched for: stage, stage, category and outcome."""

SEARCHABLE_LIFE: Final[tuple[Said, ...]] = (
    ("change_stage", {"stage": "evaluation", **_OVERRIDE}),
    ("change_stage", {"stage": "proposal"}),
    ("amend", {"amount": {"amount": "90000.00", "currency": "EUR"}}),
    ("amend", {"owner": "bea"}),
    _YES,
    _BOUGHT,
)
"""All six do."""

FACTS: Final = 8
"""Opened, one for each message, ended."""


def opening(opportunity_id: str, at: datetime) -> dict[str, Any]:
    """What is said to open it."""
    elements = ("identified_pain", "metrics", "decision_criteria", "decision_process", "champion")
    step = {"title": "Trial", "due": str(_day(at, 30)), "owner": "buyer"}
    return {
        "event_id": f"{opportunity_id}/open",
        "sent_at": at.isoformat(),
        "opportunity_id": opportunity_id,
        "process": PROCESS,
        "name": "Lifts for a tower",
        "owner": "ann",
        "amount": {"amount": "120000.00", "currency": "EUR"},
        "close_date": str(_day(at, 90)),
        "objectives": {"uptime": {"description": "Lifts that run", "measure": "uptime"}},
        "stakeholders": {"cfo": {"role": "economic_buyer"}, "facility": {"role": "champion"}},
        "qualification": {name: {"score": 2} for name in elements},
        "plan": {"trial": step},
    }


def message(event_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """One message as our client sends it: named, and stamped now."""
    return {"event_id": event_id, "sent_at": datetime.now(UTC).isoformat(), **body}


class Direct(NamedTuple):
    """What an account would start a child with: the same but for the id, for all of one moment."""

    start: dict[str, Any]
    attributes: TypedSearchAttributes

    def input(self, opportunity_id: str) -> dict[str, Any]:
        """The start input of one opportunity."""
        said = {**self.start["opening"], "opportunity_id": opportunity_id}
        return {**self.start, "opening": {**said, "event_id": f"{opportunity_id}/open"}}


def direct(account_id: str, at: datetime) -> Direct:
    """For opportunities that are started without their account being asked."""
    process = library().find(PROCESS)
    assert process
    said = OpenOpportunity.model_validate(opening("o", at))
    start = Start(account_id=account_id, opening=said, process=process, at=at)
    state, _ = begin(start, at)
    shown = showing.at_start(showing.of_opportunity(state, at))
    return Direct(start.model_dump(mode="json"), shown)


def _day(at: datetime, days: int) -> Any:
    return (at + timedelta(days=days)).date()
