"""What each kind of fact of an account says in its `data`; see `sales.shapes`."""

from typing import Any, Final

from pydantic import Field

from sales.account_messages import Late
from sales.opportunity import OutcomeName
from sales.shapes import Erased, Number, ProcessRef, Refused, Seconds
from sales.values import Code, Id, Model, Name, Text


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


class AccountResumed(Model):
    """Its run was gone, and it goes on from what the ledger knows."""


class OpportunityLaunched(Model):
    """It launched an opportunity, or, with `predecessor_id`, a successor."""

    opportunity_id: Id
    process: ProcessRef
    attempt: Number
    predecessor_id: Id | None = None


class OpportunityAdopted(Model):
    """It took over an opportunity that had been started without it."""

    opportunity_id: Id
    process: ProcessName


class OpportunityEnded(Model):
    """It learned how one of its opportunities ended; `record` is the outcome record."""

    opportunity_id: Id
    outcome: OutcomeName
    reason: Code
    record: dict[str, Any] = Field(default_factory=dict)


class LateMessageKept(Model):
    """It keeps what came for an opportunity after its end."""

    opportunity_id: Id
    message: Late


class AccountRetiring(Model):
    """It is to end: its open opportunities have so many seconds to be withdrawn."""

    reason: Text
    within: Seconds


class AccountRetired(Model):
    """Its management is over; `left_open` did not end in time."""

    left_open: tuple[Id, ...]


class AccountRestored(Model):
    """The journal begins here, with the state that all facts before had led to: it was made anew,
    and they are lost. What a state holds follows the rules' own version."""

    state: dict[str, Any]


ACCOUNT_SHAPES: Final[dict[str, type[Model]]] = {
    "account_opened": AccountOpened,
    "account_amended": AccountAmended,
    "account_resumed": AccountResumed,
    "opportunity_launched": OpportunityLaunched,
    "opportunity_adopted": OpportunityAdopted,
    "opportunity_ended": OpportunityEnded,
    "late_message_kept": LateMessageKept,
    "account_retiring": AccountRetiring,
    "account_retired": AccountRetired,
    "refused": Refused,
    "erased": Erased,
    "restored": AccountRestored,
}
"""The shape of `data` for every kind of fact that an account can have."""
