"""Risks: what an attentive manager would say of an opportunity. Computed, never typed."""

from datetime import date, datetime, timedelta
from typing import Final

from sales.opportunity import Opportunity
from sales.values import day_of

SILENT_AFTER: Final = timedelta(days=21)


def risks(state: Opportunity, now: datetime) -> tuple[str, ...]:
    """The names of the risks that hold at `now`, in a fixed order; none once it has ended."""
    if state.outcome:
        return ()
    people = state.stakeholders.values()
    champions = [person for person in people if person.role == "champion"]
    beyond_first = state.process.position(state.stage) > 0
    today = day_of(now, state.process.time_zone)
    credible = earliest_close(state, today)
    found = {
        "single_threaded": beyond_first and len(state.stakeholders) < 2,
        "no_economic_buyer": beyond_first
        and not any(person.role == "economic_buyer" for person in people),
        "champion_silent": any(_silent(state, each.last_contact_at, now) for each in champions),
        "blocker": any(each.role == "blocker" or each.stance == "opponent" for each in people),
        "plan_overdue": any(step.due < today and not step.done_at for step in state.plan.values()),
        "unrealistic_close_date": bool(
            credible and state.close_date and state.close_date < credible
        ),
        "past_close_date": bool(state.close_at and state.close_at <= now),
        "pushed": state.pushes > 0,
        "reverted": state.reversions > 0,
        "gate_overridden": state.overrides > 0,
    }
    return tuple(name for name, holds in found.items() if holds)


def earliest_close(state: Opportunity, today: date) -> date | None:
    """The earliest credible close date: when the last open step of the plan is due.

    A step is due no earlier than the steps it comes after, and an overdue one not before today.
    """
    open_steps = [step for step in state.plan.values() if not step.done_at]
    if not open_steps:
        return None
    reach = {name: max(step.due, today) for name, step in state.plan.items() if not step.done_at}
    for _ in range(len(reach)):  # as many rounds as there are steps settle any chain, cycles too
        moved = {
            name: max([due, *(reach[other] for other in state.plan[name].after if other in reach)])
            for name, due in reach.items()
        }
        if moved == reach:
            break
        reach = moved
    return max(reach.values())


def _silent(state: Opportunity, last_contact_at: datetime | None, now: datetime) -> bool:
    return now - (last_contact_at or state.opened_at) > SILENT_AFTER
