"""What each kind of fact of an account says in its `data`; see `sales.shapes`."""

from typing import Any, Final, Literal

from pydantic import Field

from sales.account.commitments.shapes import COMMITMENT_SHAPES
from sales.account.contracts.shapes import CONTRACT_SHAPES
from sales.account.duplicates.shapes import DUPLICATE_SHAPES
from sales.account.health.shapes import HEALTH_SHAPES
from sales.account.merging.shapes import MERGE_SHAPES
from sales.account.moves.shapes import MOVE_SHAPES
from sales.account.needs.shapes import NEED_SHAPES
from sales.account.policy import Policy
from sales.account.referrals.shapes import REFERRAL_SHAPES
from sales.account.satisfaction.shapes import SATISFACTION_SHAPES
from sales.opening import Late
from sales.opportunity import OutcomeName
from sales.purchase import Contract
from sales.shapes import Erased, Number, ProcessRef, Refused, Seconds
from sales.values import Code, Id, Label, Model, Money, Name, Text


class ProcessName(Model):
    """A sales process, whichever version."""

    name: Code


class AccountOpened(Model):
    """The relationship began."""

    account_id: Id
    name: Name


class AccountAmended(Model):
    """The profile changed."""

    name: Name | None = None
    segment: Id | None = None
    tier: Id | None = None
    owner: Id | None = None
    territory: Id | None = None


class PolicySet(Model):
    """It is managed by this policy from now on, which is told whole: no later reader needs the file
    that it was in."""

    policy: Policy


class AccountResumed(Model):
    """Its run was gone, and it goes on from what the ledger knows."""


class OpportunityWanted(Model):
    """It has decided to launch an opportunity: `why` is a code, `cause` what it follows from, such
    as a contract, and `message` what it says to itself under the event `wanted`."""

    wanted: Label
    why: Code
    cause: Id | None = None
    message: dict[str, Any]


class OpportunityLaunched(Model):
    """It launched an opportunity, or, with `predecessor_id`, a successor. Product and reference are
    what it is known by, should somebody say it twice."""

    opportunity_id: Id
    process: ProcessRef
    attempt: Number
    predecessor_id: Id | None = None
    product: Name | None = None
    reference: Label | None = None


class OpportunityAdopted(Model):
    """It took over an opportunity that had been started without it, or was another account's."""

    opportunity_id: Id
    process: ProcessName
    from_account: Id | None = None


class OpportunityEnded(Model):
    """It learned how one of its opportunities ended; `record` is the outcome record, the rest is
    what a win leaves to the account."""

    opportunity_id: Id
    outcome: OutcomeName
    reason: Code
    record: dict[str, Any] = Field(default_factory=dict)
    process: Code | None = None
    contract: Contract | None = None
    recurring: Money | None = None
    product: Name | None = None
    promises: dict[Id, Name] = Field(default_factory=dict)


class LateMessageKept(Model):
    """It keeps what came for an opportunity after its end. It is passed on where the opportunity is
    a duplicate, to the one that survives it, or where it is another account's now, to that one."""

    opportunity_id: Id
    message: Late
    passed_to: Id | None = None
    passed_to_account: Id | None = None


class AccountRetiring(Model):
    """It is to end: its open opportunities have so many seconds to be withdrawn."""

    reason: Text
    within: Seconds


class AccountRetired(Model):
    """Its management is over; `left_open` did not end in time. It is `merged` where all that it had
    is another account's."""

    left_open: tuple[Id, ...]
    reason: Literal["merged"] | None = None
    into: Id | None = None


class AccountRestored(Model):
    """The journal begins here, with the state that all facts before had led to: it was made anew,
    and they are lost. What a state holds follows the rules' own version."""

    state: dict[str, Any]


ACCOUNT_SHAPES: Final[dict[str, type[Model]]] = {
    "account_opened": AccountOpened,
    "account_amended": AccountAmended,
    "account_resumed": AccountResumed,
    "policy_set": PolicySet,
    "opportunity_wanted": OpportunityWanted,
    "opportunity_launched": OpportunityLaunched,
    "opportunity_adopted": OpportunityAdopted,
    "opportunity_ended": OpportunityEnded,
    "late_message_kept": LateMessageKept,
    "account_retiring": AccountRetiring,
    "account_retired": AccountRetired,
    "refused": Refused,
    "erased": Erased,
    "restored": AccountRestored,
    **COMMITMENT_SHAPES,
    **SATISFACTION_SHAPES,
    **HEALTH_SHAPES,
    **CONTRACT_SHAPES,
    **NEED_SHAPES,
    **DUPLICATE_SHAPES,
    **REFERRAL_SHAPES,
    **MOVE_SHAPES,
    **MERGE_SHAPES,
}
"""The shape of `data` for every kind of fact that an account can have."""
