"""What each kind of fact of an opportunity says in its `data`.

Facts stay plain JSON. These shapes are what a reader may count on: the contract is written from
them, and no rule uses them. A field that may be missing is missing, and never null.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from sales.details import Amendment, Details
from sales.messages import Detail
from sales.opportunity import OutcomeName
from sales.purchase import Contract, Evidence
from sales.values import (
    Code,
    Date,
    Hours,
    Id,
    Instant,
    Label,
    Model,
    Money,
    Name,
    Share,
    Text,
)

Number = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
Source = Literal["buyer", "seller", "system"]
Yes = Literal[True]
"""Stands where something holds; where it does not, nothing stands."""


class ProcessRef(Model):
    """A version of a sales process."""

    name: Code
    version: Number


class Opened(Details):
    """It began: what is known of it, its limits, and the process it lives by.

    `imported` is what a source said of it, in the source's own words. `heard` is what became of
    the events of a predecessor: the sequence each led to, when, and the rule it broke.
    """

    opportunity_id: Id
    account_id: Id
    process: ProcessRef
    stage: Code
    stage_entered_at: Instant
    engaged_at: Instant
    engaged: bool
    end_by: Instant
    close_date: Date | None = None
    close_at: Instant | None = None
    notice_by: Instant | None = None
    landing_until: Instant | None = None
    imported: dict[Code, Text] = Field(default_factory=dict)
    attempt: Number
    predecessor_id: Id | None = None
    rules_version: Number
    reference: Label | None = None
    overridden: str | None = None
    heard: dict[Label, tuple[Number, Instant, str | None]] = Field(default_factory=dict)


class StageChanged(Model):
    """It moved from a stage to another; `overridden` names the condition that did not hold."""

    stage: Code
    from_: Code = Field(alias="from")
    backwards: Yes | None = None
    evidence: Text | None = None
    overridden: str | None = None


class Engaged(Model):
    """There was a contact; the fact's `origin` says whether the buyer made it."""

    channel: Code
    summary: Text | None = None
    stakeholder_id: Id | None = None


class Amended(Amendment):
    """Details changed. Maps by id are merge patches as they were said: null takes away."""


class Decided(Model):
    """The buyer decided, and why."""

    decision: Literal["yes", "no"]
    reasons: Annotated[tuple[Code, ...], Field(min_length=1, max_length=5)]
    competitor: Name | None = None
    verbatim: Text | None = None
    reason_source: Source


class Purchased(Model):
    """The buyer acted: what proves it, and what was bought."""

    evidence: Evidence
    amount: Money | None = None
    contract: Contract | None = None
    reasons: Annotated[tuple[Code, ...], Field(max_length=5)] = ()
    competitor: Name | None = None
    verbatim: Text | None = None


class Extended(Model):
    """The close date moved; `push` where it moved to a later month."""

    close_date: Date
    close_at: Instant
    later_seconds: Seconds
    push: Yes | None = None
    reason: Text


class Parked(Model):
    """It rests until then."""

    until: Instant
    reason: Text


class Unparked(Model):
    """The rest is over."""


class EffortLogged(Model):
    """The seller spent hours."""

    hours: Hours
    pool: Id | None = None


class CapacityRequested(Model):
    """It wants hours of a pool; `amount` and `owner` are what they were then."""

    pool: Id
    hours: Hours
    gain: Share | None = None
    until: Instant | None = None
    amount: Money | None = None
    owner: Id | None = None


class CapacityReleased(Model):
    """It wants the hours of a pool no more."""

    pool: Id


class Corrected(Model):
    """An earlier engagement or effort was put right, or, `void`, taken back altogether. Of an
    effort with the hours of a pool it tells what it was `before`."""

    sequence: Number
    occurred_at: Instant | None = None
    origin: Literal["buyer", "seller"] | None = None
    hours: Hours | None = None
    void: Yes | None = None
    pool: Id | None = None
    before: Hours | None = None


class Warned(Model):
    """A clock gave notice that was due then; `final` at the limit, behind which lies the grace."""

    clock: Code
    due: Instant
    limit_at: Instant
    ends_at: Instant
    final: bool


class Migrated(Model):
    """It lives by another version of its process from here on."""

    process: ProcessRef
    from_: ProcessRef = Field(alias="from")


class AccountChanged(Model):
    """It is another account's from here on, which learns by this of which process it is."""

    account_id: Id
    from_: Id = Field(alias="from")
    process: Code


class Ended(Model):
    """The one outcome. `clock` is there where time made it."""

    outcome: OutcomeName
    reasons: Annotated[tuple[Code, ...], Field(min_length=1, max_length=5)]
    reason_source: Source
    closed_at: Instant
    stage: Code
    clock: Code | None = None
    competitor: Name | None = None
    verbatim: Text | None = None


class Late(Model):
    """A message that came after the end, kept as it was said."""

    message: str
    field: Literal["opportunity_id"]
    rule: Literal["ended"]
    body: Any


class Refused(Model):
    """A message that broke a rule: which field, which rule, and what was said."""

    message: str
    field: str
    rule: str
    detail: str | None = None
    body: Any


class Erased(Model):
    """Words were taken out of what is kept, here and in the facts before: whose and which, and
    never what they were. The fact's `actor` says who asked."""

    reason: Code
    stakeholder_id: Id | None = None
    sequences: tuple[Number, ...] = ()
    details: tuple[Detail, ...] = ()


class ResetNoticed(Model):
    """The run was thrown back: the ledger was further than it is itself."""

    ledger_sequence: Number
    sequence: Number


class Restored(Model):
    """The journal begins here, with the state that all facts before had led to: it was made anew,
    and they are lost. What a state holds follows the rules' own version."""

    process: ProcessRef
    state: dict[str, Any]


SHAPES: Final[dict[str, type[Model]]] = {
    "opened": Opened,
    "stage_changed": StageChanged,
    "engaged": Engaged,
    "amended": Amended,
    "decided": Decided,
    "purchased": Purchased,
    "extended": Extended,
    "parked": Parked,
    "unparked": Unparked,
    "effort_logged": EffortLogged,
    "corrected": Corrected,
    "capacity_requested": CapacityRequested,
    "capacity_released": CapacityReleased,
    "warned": Warned,
    "migrated": Migrated,
    "account_changed": AccountChanged,
    "ended": Ended,
    "late": Late,
    "refused": Refused,
    "erased": Erased,
    "reset_noticed": ResetNoticed,
    "restored": Restored,
}
"""The shape of `data` for every kind of fact that an opportunity can have."""
