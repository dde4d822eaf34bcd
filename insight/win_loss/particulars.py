"""What is in no trace: who took part on the buyer's side, whether the plan was kept, who else was
in the race. It is read of what has ended, as it stood at the end."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from ledger.ledger import Ledger
from ledger.read import Details
from sales.risks import SILENT_AFTER
from sales.values import day_of

NO_PLAN: Final = "no plan"
KEPT: Final = "kept"
NOT_KEPT: Final = "not kept"
NOT_DUE: Final = "nothing due yet"
NO_CHAMPION: Final = "no champion"
SILENT: Final = "silent"
IN_CONTACT: Final = "in contact"


class Particulars(NamedTuple):
    """Of one opportunity: the roles present and how many people, the champion at the end, the
    evaluation plan, the competitors by name, the one that the outcome names, and all reasons."""

    roles: frozenset[str]
    people: int
    champion: str
    plan: str
    competitors: tuple[str, ...]
    winner: str | None
    reasons: tuple[str, ...] = ()


class Profile(NamedTuple):
    """What an account is."""

    segment: str | None = None
    tier: str | None = None
    territory: str | None = None


def particulars_of(ledger: Ledger, time_zone: str) -> dict[str, Particulars]:
    """Of everything that has ended, by id; a plan's days are those of the time zone."""
    with ledger.ended_details() as chunks:
        return {each.id: particular(each, time_zone) for some in chunks for each in some}


def particular(told: Details, time_zone: str) -> Particulars:
    """One of them."""
    people = [*told.stakeholders.values()]
    named = tuple(each.get("name") or id_ for id_, each in told.competitors.items())
    return Particulars(
        frozenset(each["role"] for each in people),
        len(people),
        _champion(people, told.opened_at, told.closed_at),
        _plan(told.plan.values(), told.closed_at, time_zone),
        named,
        told.outcome.get("competitor"),
        tuple(told.outcome["reasons"]),
    )


def profiles_of(ledger: Ledger) -> dict[str, Profile]:
    """Every account, by id."""
    return {
        each.id: Profile(each.segment, each.tier, each.state.get("territory"))
        for each in ledger.accounts()
    }


def _champion(people: Iterable[Mapping[str, Any]], opened: datetime, closed: datetime) -> str:
    """Silent where one of them was for as long as makes it a risk (`sales.risks`)."""
    champions = [each for each in people if each["role"] == "champion"]
    if not champions:
        return NO_CHAMPION
    for each in champions:
        last = each.get("last_contact_at")
        if closed - (datetime.fromisoformat(last) if last else opened) > SILENT_AFTER:
            return SILENT
    return IN_CONTACT


def _plan(steps: Iterable[Mapping[str, Any]], closed: datetime, time_zone: str) -> str:
    """Kept where every step that was due by the end was done by its day."""
    steps = [*steps]
    if not steps:
        return NO_PLAN
    over = day_of(closed, time_zone)
    due = [each for each in steps if date.fromisoformat(each["due"]) <= over]
    if not due:
        return NOT_DUE
    return KEPT if all(_in_time(each, time_zone) for each in due) else NOT_KEPT


def _in_time(step: Mapping[str, Any], time_zone: str) -> bool:
    done = step.get("done_at")
    if done is None:
        return False
    return day_of(datetime.fromisoformat(done), time_zone) <= date.fromisoformat(step["due"])
