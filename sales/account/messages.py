"""What someone may say to an account, and what its opportunities tell it."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from sales.account.commitments.messages import COMMITMENT_KINDS
from sales.account.contracts.messages import CONTRACT_KINDS
from sales.account.duplicates.messages import DUPLICATE_KINDS
from sales.account.health.messages import HEALTH_KINDS
from sales.account.merging.messages import MERGE_KINDS
from sales.account.moves.messages import MOVE_KINDS
from sales.account.needs.messages import NEED_KINDS
from sales.account.referrals.messages import REFERRAL_KINDS
from sales.account.satisfaction.messages import SATISFACTION_KINDS
from sales.clipping import clipped
from sales.messages import Erase, Message, Overridable
from sales.opening import Late, OpenOpportunity
from sales.outcome import MOST_PROMISES
from sales.purchase import Contract
from sales.values import Code, Count, Day, Duration, Id, Money, Name, Text


class AmendAccount(Message):
    """Change the account's profile."""

    kind: Literal["amend"] = "amend"
    name: Name | None = None
    segment: Id | None = None
    tier: Id | None = None
    owner: Id | None = None
    territory: Id | None = None


class SetPolicy(Message):
    """Manage the account by this policy from now on; without a version, by the latest."""

    kind: Literal["set_policy"] = "set_policy"
    policy: Code
    policy_version: Annotated[Count, Field(ge=1, le=1_000_000)] | None = None


class ReopenOpportunity(Overridable):
    """Begin a successor of an ended opportunity: fresh clocks, the old outcome untouched. What is
    `evidence` for it came after the end, and is the first thing that the successor hears."""

    kind: Literal["reopen_opportunity"] = "reopen_opportunity"
    opportunity_id: Id
    reason: Text
    close_date: Day | None = None
    amount: Money | None = None
    evidence: Late | None = None


class AdoptOpportunity(Message):
    """Told by an opportunity that was started without its account, or comes from another."""

    kind: Literal["adopt_opportunity"] = "adopt_opportunity"
    opportunity_id: Id
    process: Code
    from_account: Id | None = None


class OpportunityEnded(Message):
    """Told by an opportunity: its outcome record, and what a win leaves to the account: the
    contract, the sum that returns each year, the product, and what was promised, by the id of the
    objective."""

    kind: Literal["opportunity_ended"] = "opportunity_ended"
    opportunity_id: Id
    outcome: Literal["won", "lost", "expired", "withdrawn"]
    reason: Code
    record: Annotated[dict[str, Any], AfterValidator(clipped)] = Field(default_factory=dict)
    process: Code | None = None
    contract: Contract | None = None
    recurring: Money | None = None
    product: Name | None = None
    promises: dict[Id, Name] = Field(default_factory=dict, max_length=MOST_PROMISES)


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
    "set_policy": SetPolicy,
    "retire": Retire,
    "erase": Erase,
    **COMMITMENT_KINDS,
    **SATISFACTION_KINDS,
    **HEALTH_KINDS,
    **CONTRACT_KINDS,
    **NEED_KINDS,
    **DUPLICATE_KINDS,
    **REFERRAL_KINDS,
    **MOVE_KINDS,
    **MERGE_KINDS,
}
"""Every kind an account takes, as a signal of that name or as `submit {kind}`."""
