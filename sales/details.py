"""What is particular to one opportunity: its people, aims, plan, qualification and lines.

Lists are maps by id, amended as a JSON merge patch (RFC 7396): an id set to null goes away.
"""

from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from sales.clipping import clean
from sales.values import (
    Amount,
    Count,
    Date,
    Flag,
    Id,
    Instant,
    Model,
    Money,
    Name,
    Quantity,
    Text,
)

MOST: Final = 100
"""The longest any map of details may grow."""
MOST_BYTES: Final = 64_000
"""What all of them may take up together."""

Role = Literal[
    "economic_buyer",
    "champion",
    "decision_maker",
    "evaluator",
    "influencer",
    "blocker",
    "executive_sponsor",
    "procurement",
    "legal",
    "user",
]
Element = Literal[
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identified_pain",
    "champion",
    "competition",
]


class Stakeholder(Model):
    """A person on the buyer's side; `last_contact_at` is the last two-way contact."""

    name: Name | None = None
    role: Role
    stance: Literal["supporter", "neutral", "opponent", "unknown"] = "unknown"
    last_contact_at: Instant | None = None


class Objective(Model):
    """What the buyer wants to reach, and how they will know."""

    description: Text
    measure: Text | None = None
    target: Text | None = None


class Step(Model):
    """A dated step of the buyer's evaluation plan."""

    title: Name
    due: Date
    owner: Literal["buyer", "seller"]
    after: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    done_at: Instant | None = None
    evidence: Text | None = None


class Qualification(Model):
    """One MEDDPICC element: 0 unknown, 1 claimed, 2 partly confirmed, 3 confirmed by evidence."""

    score: Annotated[Count, Field(ge=0, le=3)]
    evidence: Text | None = None
    as_of: Instant | None = None


class Competitor(Model):
    """Who else is in the race."""

    name: Name | None = None
    status: Literal["suspected", "active", "preferred", "out"] = "active"
    note: Text | None = None


class LineItem(Model):
    """A line of what would be bought; recurring lines are per year."""

    product: Name
    quantity: Quantity = Decimal(1)
    unit_price: Amount
    recurring: Flag = False


class Details(Model):
    """Everything `amend` may change; at opening the same fields say what is known.

    `amount` is the whole sum expected, `recurring` the part of it that returns each year.
    """

    name: Name | None = None
    amount: Money | None = None
    recurring: Money | None = None
    lead_source: Id | None = None
    segment: Id | None = None
    product: Name | None = None
    territory: Id | None = None
    owner: Id | None = None
    team: Id | None = None
    stakeholders: dict[Id, Stakeholder | None] = Field(default_factory=dict, max_length=MOST)
    objectives: dict[Id, Objective | None] = Field(default_factory=dict, max_length=MOST)
    plan: dict[Id, Step | None] = Field(default_factory=dict, max_length=MOST)
    qualification: dict[Element, Qualification | None] = Field(
        default_factory=dict, max_length=MOST
    )
    competitors: dict[Id, Competitor | None] = Field(default_factory=dict, max_length=MOST)
    line_items: dict[Id, LineItem | None] = Field(default_factory=dict, max_length=MOST)


MAPS: Final[dict[str, type[Model]]] = {
    "stakeholders": Stakeholder,
    "objectives": Objective,
    "plan": Step,
    "qualification": Qualification,
    "competitors": Competitor,
    "line_items": LineItem,
}


def _plain(patch: dict[str, Any]) -> dict[str, Any]:
    for name, value in patch.items():
        for each in (name, *value) if isinstance(value, list) else (name, value):
            odd = isinstance(each, dict | list) or (isinstance(each, float) and not isfinite(each))
            if odd or (isinstance(each, str) and clean(each) != each):
                raise ValueError(f"{clean(name)}: not_plain")
    return patch


Patch = Annotated[dict[str, Any], Field(max_length=20), AfterValidator(_plain)] | None
"""Changes to one entry: texts, numbers, truths, nulls and lists of them, checked once merged."""


class Amendment(Model):
    """The same fields as a merge patch: an entry may name only what changes in it."""

    name: Name | None = None
    amount: Money | None = None
    recurring: Money | None = None
    lead_source: Id | None = None
    segment: Id | None = None
    product: Name | None = None
    territory: Id | None = None
    owner: Id | None = None
    team: Id | None = None
    stakeholders: dict[Id, Patch] = Field(default_factory=dict, max_length=MOST)
    objectives: dict[Id, Patch] = Field(default_factory=dict, max_length=MOST)
    plan: dict[Id, Patch] = Field(default_factory=dict, max_length=MOST)
    qualification: dict[Element, Patch] = Field(default_factory=dict, max_length=MOST)
    competitors: dict[Id, Patch] = Field(default_factory=dict, max_length=MOST)
    line_items: dict[Id, Patch] = Field(default_factory=dict, max_length=MOST)


def merge(held: dict[str, Any], patch: dict[str, Any], item: type[Model]) -> dict[str, Any]:
    """The map after the patch. Raises pydantic's ValidationError where an entry is not whole."""
    merged = dict(held)
    for key, change in patch.items():
        if change is None:
            merged.pop(key, None)
        else:
            before = merged[key].model_dump(mode="json") if key in merged else {}
            after = {k: v for k, v in {**before, **change}.items() if v is not None}
            merged[key] = item.model_validate(after)
    return merged
