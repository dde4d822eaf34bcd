"""Gates: what must be true to open an opportunity, to enter a stage or to leave it."""

from collections.abc import Iterable

from sales.opportunity import Opportunity
from sales.process import Condition


def unmet(
    state: Opportunity, conditions: Iterable[Condition], evidence: str | None = None
) -> str | None:
    """The first condition that does not hold, or nothing. `evidence` comes with the message."""
    return next((each for each in conditions if not _holds(state, each, evidence)), None)


def _holds(state: Opportunity, condition: Condition, evidence: str | None) -> bool:
    head, *rest = condition.split(":")
    match head, rest:
        case "account", _:
            return bool(state.account_id)
        case "objective", _:
            return bool(state.objectives)
        case "evidence", _:
            return bool(evidence)
        case "engagement", _:
            return state.engaged
        case "competitor", _:
            return bool(state.competitors)
        case "stakeholder", []:
            return bool(state.stakeholders)
        case "stakeholder", [role]:
            return any(person.role == role for person in state.stakeholders.values())
        case "contact", [role]:
            return any(
                person.role == role and person.last_contact_at
                for person in state.stakeholders.values()
            )
        case "element", [name, *least]:
            held = state.qualification.get(name)
            return held is not None and held.score >= int(least[0] if least else "1")
    # name, owner, amount, close_date, notice_by, plan, line_items, decision, purchase
    value = getattr(state, head)
    return value is not None and value != "" and value != {}
