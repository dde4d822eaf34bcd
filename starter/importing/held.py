"""What the ledger holds of a row already: the same, something else, or another's opportunity.

The file is compared with what the file said before, not with how things stand now: what has
happened here since an import is not undone by importing again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sales.details import Details
from sales.drafts import Broken
from sales.facts import Fact
from sales.messages import Message
from starter.importing.plan import Plan

DETAILS: Final = frozenset(Details.model_fields)
"""What an amendment may change; all else of a row is told once."""
_ORIGIN: Final = frozenset({"source", "as_of", "import"})
_SUMS: Final = frozenset({"amount", "currency"})


@dataclass(frozen=True, slots=True)
class Change:
    """A row that was here before and now says something else: by field, before and now. Of these
    `amends` can be taken over, as event `event_id`, and `tells` can be said; the rest is for people
    to settle."""

    plan: Plan
    differs: dict[str, tuple[Any, Any]]
    amends: dict[str, Any] = field(default_factory=dict)
    event_id: str = ""
    tells: tuple[Message, ...] = ()
    refused: str | None = None


def compare(plan: Plan, journal: Sequence[Fact]) -> Change | None:
    """What the row says otherwise than before; nothing if it says the same. Raises Broken where
    its id belongs to an opportunity from somewhere else."""
    opened = journal[0]
    if opened.event_id != plan.event_id:
        raise Broken("id", "id_taken", "another opportunity has this id")
    if opened.data["imported"].get("id") != _said(plan).get("id"):
        raise Broken("id", "ambiguous", f"{opened.data['imported'].get('id')!r} has become it too")
    amended = [fact for fact in journal if (fact.event_id or "").startswith(_amend(plan))]
    told = [opened, *(fact for fact in amended if fact.kind == "amended")]
    before = {name: fact.data[name] for fact in told for name in DETAILS & fact.data.keys()}
    now = {name: plan.facts[0].data[name] for name in DETAILS & plan.facts[0].data.keys()}
    amends = {name: value for name, value in now.items() if before.get(name) != value}
    gone = {name: (value, None) for name, value in before.items() if name not in now}
    differs = {name: (before.get(name), value) for name, value in amends.items()}
    differs |= gone | _other(opened.data["imported"], _said(plan))
    if not differs:
        return None
    if any(fact.kind == "ended" for fact in journal):
        amends = {}
    return Change(plan, differs, amends, f"{_amend(plan)}{len(told)}")


def _amend(plan: Plan) -> str:
    return f"{plan.event_id}:amend:"


def _said(plan: Plan) -> dict[str, str]:
    return plan.opening.landing.said if plan.opening.landing else {}


def _other(before: dict[str, str], now: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """What differs and is no detail: stage, dates, the account, how it ended."""
    names = (before.keys() | now.keys()) - DETAILS - _ORIGIN - _SUMS
    return {
        name: (before.get(name), now.get(name))
        for name in sorted(names)
        if before.get(name) != now.get(name)
    }
