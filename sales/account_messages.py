"""What someone may say to an account, and what its opportunities tell it."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from sales.clipping import clipped
from sales.messages import Day, Erase, Kept, Message, Overridable
from sales.opening import OpenOpportunity
from sales.values import Code, Duration, Id, Model, Money, Name, Text


class AmendAccount(Message):
    """Change the account's profile."""

    kind: Literal["amend"] = "amend"
    name: Name | None = None
    segment: Id | None = None
    tier: Id | None = None
    owner: Id | None = None
    territory: Id | None = None


class ReopenOpportunity(Overridable):
    """Begin a successor of an ended opportunity: fresh clocks, the old outcome untouched."""

    kind: Literal["reopen_opportunity"] = "reopen_opportunity"
    opportunity_id: Id
    reason: Text
    close_date: Day | None = None
    amount: Money | None = None


class AdoptOpportunity(Message):
    """Told by an opportunity that was started without its account."""

    kind: Literal["adopt_opportunity"] = "adopt_opportunity"
    opportunity_id: Id
    process: Code


class OpportunityEnded(Message):
    """Told by an opportunity: its outcome record."""

    kind: Literal["opportunity_ended"] = "opportunity_ended"
    opportunity_id: Id
    outcome: Literal["won", "lost", "expired", "withdrawn"]
    reason: Code
    record: Annotated[dict[str, Any], AfterValidator(clipped)] = Field(default_factory=dict)


class Late(Model):
    """What came for an opportunity after its end."""

    kind: Annotated[Kept, Field(max_length=100)]
    body: Annotated[Any, AfterValidator(clipped)] = None


class LateMessage(Message):
    """A message for an opportunity that has ended: kept by its account."""

    kind: Literal["late_message"] = "late_message"
    opportunity_id: Id
    message: Late


class Retire(Message):
    """End the account's management: its open opportunities are withdrawn first, `within` a time."""

    kind: Literal["retire"] = "retire"
    reason: Text
    within: Duration = timedelta(hours=1)


ACCOUNT_KINDS: Final[dict[str, type[Message]]] = {
    "open_opportunity": OpenOpportunity,
    "reopen_opportunity": ReopenOpportunity,
    "adopt_opportunity": AdoptOpportunity,
    "opportunity_ended": OpportunityEnded,
    "late_message": LateMessage,
    "amend": AmendAccount,
    "retire": Retire,
    "erase": Erase,
}
"""Every kind an account takes, as a signal of that name or as `submit {kind}`."""
