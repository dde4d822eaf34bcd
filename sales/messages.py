"""What someone may say to an opportunity: wishes, each one JSON object with a `kind`.

What cannot be read becomes `Malformed` and is refused like any message that breaks a rule.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from sales.clipping import clean, clipped
from sales.details import Amendment
from sales.purchase import Contract, Evidence
from sales.values import (
    Code,
    Count,
    Day,
    Flag,
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


class Message(Model):
    """The fields every message may carry.

    `event_id` names the sender's event; `occurred_at` is when it happened in the business,
    `sent_at` when our client sent it, `known_at` (imports) when it could first be known.
    """

    kind: str
    event_id: Label | None = None
    occurred_at: Instant | None = None
    sent_at: Instant | None = None
    known_at: Instant | None = None
    actor: Label | None = None
    origin: Literal["buyer", "seller", "system", "admin"] | None = None
    note: Text | None = None
    source: Id | None = None
    source_seq: Annotated[Count, Field(ge=0, le=2**53)] | None = None

    @model_serializer(mode="wrap")
    def _as_said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Null is an answer and silence is none: a message that has travelled must say the same.
        whole: dict[str, Any] = handler(self)
        spoken = self.model_fields_set | {"kind"}
        return {name: value for name, value in whole.items() if name in spoken}


class Overridable(Message):
    """A message that may override a gate; then `actor` and `note` must say who and why."""

    override: Flag = False


class ChangeStage(Overridable):
    """Move to a stage, forwards or backwards."""

    kind: Literal["change_stage"] = "change_stage"
    stage: Code
    evidence: Text | None = None


class RecordEngagement(Message):
    """A contact with the buyer. Only one made by the buyer ends the buyer's silence."""

    kind: Literal["record_engagement"] = "record_engagement"
    origin: Literal["buyer", "seller"]
    channel: Code
    summary: Text | None = None
    stakeholder_id: Id | None = None


class Amend(Message, Amendment):
    """Change details; lists are merge patches, an id set to null goes away."""

    kind: Literal["amend"] = "amend"


class RecordDecision(Message):
    """The buyer's decision, with coded reasons, the first of them primary."""

    kind: Literal["record_decision"] = "record_decision"
    decision: Literal["yes", "no"]
    reasons: Annotated[tuple[Code, ...], Field(min_length=1, max_length=5)]
    competitor: Name | None = None
    verbatim: Text | None = None
    reason_source: Literal["buyer", "seller", "system"] | None = None


class RecordPurchase(Message):
    """The buyer's action: evidence, and what was really bought."""

    kind: Literal["record_purchase"] = "record_purchase"
    evidence: Evidence
    amount: Money | None = None
    contract: Contract | None = None
    reasons: Annotated[tuple[Code, ...], Field(max_length=5)] = ()
    competitor: Name | None = None
    verbatim: Text | None = None


class Extend(Message):
    """Move the close date, within the extension budget."""

    kind: Literal["extend"] = "extend"
    close_date: Day
    reason: Annotated[Text, Field(min_length=1)]


class Park(Message):
    """Rest until a known future event, within the parking budget."""

    kind: Literal["park"] = "park"
    until: Day
    reason: Annotated[Text, Field(min_length=1)]


class Unpark(Message):
    """End the rest early."""

    kind: Literal["unpark"] = "unpark"


class Withdraw(Message):
    """The seller ends it."""

    kind: Literal["withdraw"] = "withdraw"
    reason: Code
    verbatim: Text | None = None


class Migrate(Message):
    """Move to another version of the same process."""

    kind: Literal["migrate"] = "migrate"
    process_version: Annotated[Count, Field(ge=1, le=1_000_000)]


class ChangeAccount(Message):
    """Told by the account that takes it, with the leave of the one it had: it belongs there now."""

    kind: Literal["change_account"] = "change_account"
    account_id: Id
    from_account: Id


class LogEffort(Message):
    """Hours spent by the seller."""

    kind: Literal["log_effort"] = "log_effort"
    hours: Hours
    pool: Id | None = None


class RequestCapacity(Message):
    """Ask a pool for hours in each of its periods. `gain` is by how much they raise the chance of a
    win; behind `until` they are of no use any more."""

    kind: Literal["request_capacity"] = "request_capacity"
    pool: Id
    hours: Hours
    gain: Share | None = None
    until: Day | None = None


class ReleaseCapacity(Message):
    """Give back what a pool has lent, or wait for it no longer."""

    kind: Literal["release_capacity"] = "release_capacity"
    pool: Id


class Correct(Message):
    """Put an earlier engagement or effort right; `void` takes it back altogether."""

    kind: Literal["correct"] = "correct"
    sequence: Annotated[Count, Field(ge=1, le=2**53)]
    occurred_at: Instant | None = None
    origin: Literal["buyer", "seller"] | None = None
    hours: Hours | None = None
    void: Flag = False


Detail = Annotated[
    str,
    Field(
        pattern=r"^(name|verbatim|competitor|reference"
        r"|(stakeholders|objectives|plan|qualification|competitors|line_items|commitments)"
        r"\.[A-Za-z0-9][A-Za-z0-9._~@:-]*)$",
        max_length=120,
    ),
]
"""Words that are kept as a detail: a plain one, or those of an entry such as `objectives.o1`."""


class Erase(Message):
    """Take words out of all that is kept; `actor` says who asks.

    Those of and about a person, those of single facts by their `sequences`, and `details`. The
    reason is a code, for words could name the person again.
    """

    kind: Literal["erase"] = "erase"
    reason: Code
    stakeholder_id: Id | None = None
    sequences: Annotated[
        tuple[Annotated[Count, Field(ge=1, le=2**53)], ...], Field(max_length=200)
    ] = ()
    details: Annotated[tuple[Detail, ...], Field(max_length=200)] = ()


Kept = Annotated[str, AfterValidator(clean)]
"""A stranger's text, without what no store can hold."""


class Malformed(Message):
    """What could not be read: kept, and refused with the field and the rule it broke."""

    kind: Literal["malformed"] = "malformed"
    said_kind: Kept
    field: Kept
    rule: Code
    detail: Kept = ""
    body: Annotated[Any, AfterValidator(clipped)] = None


KINDS: Final[dict[str, type[Message]]] = {
    "change_stage": ChangeStage,
    "record_engagement": RecordEngagement,
    "amend": Amend,
    "record_decision": RecordDecision,
    "record_purchase": RecordPurchase,
    "extend": Extend,
    "park": Park,
    "unpark": Unpark,
    "withdraw": Withdraw,
    "migrate": Migrate,
    "change_account": ChangeAccount,
    "log_effort": LogEffort,
    "correct": Correct,
    "request_capacity": RequestCapacity,
    "release_capacity": ReleaseCapacity,
    "erase": Erase,
}
"""Every kind an opportunity takes, as a signal of that name or as `submit {kind}`."""
