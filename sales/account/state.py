"""The state of one account: everything its rules may look at, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from sales.account.commitments.state import Commitment
from sales.account.contracts.state import Contracts
from sales.account.duplicates.state import Duplicates
from sales.account.evidence.state import Ended
from sales.account.health.state import Health
from sales.account.merging.state import Merging
from sales.account.messages import ReopenOpportunity
from sales.account.moves.state import Moves
from sales.account.needs.state import Needs
from sales.account.policy import Policy
from sales.account.satisfaction.state import Satisfaction
from sales.opening import OpenOpportunity, Start
from sales.opportunity import Heard, Refusal

MOST_OPEN: Final = 2_000
MOST_OPEN_LETTERS: Final = 40_000
"""How many opportunities may be open at once, and what their ids may take up: what an account
carries stays bounded, and small enough for one payload."""
KEPT: Final = 20
LAST_ENDS: Final = 10
PROFILE: Final = ("name", "segment", "tier", "owner", "territory")


class Child(NamedTuple):
    """An open opportunity."""

    process: str
    since: datetime


class End(NamedTuple):
    """An opportunity that has ended."""

    opportunity_id: str
    outcome: str
    reason: str
    at: datetime


class Wanted(NamedTuple):
    """An opening or a reopening that the account itself has decided on, until it is answered: the
    message, and under which event it is said."""

    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as far as its rules need to remember.

    `policy` is how it is managed; without one, it launches opportunities and learns their ends and
    does no more. `wanted` are openings by the id of their event, `ended` are ends that late
    evidence may answer, and `recorded_at` is when the last fact was taken down.
    """

    id: str
    opened_at: datetime
    name: str = ""
    segment: str | None = None
    tier: str | None = None
    owner: str | None = None
    territory: str | None = None
    policy: Policy | None = None
    sequence: int = 0
    recorded_at: datetime | None = None
    open: dict[str, Child] = field(default_factory=dict)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    contracts: Contracts = field(default_factory=Contracts)
    satisfaction: Satisfaction = field(default_factory=Satisfaction)
    health: Health = field(default_factory=Health)
    last_ends: tuple[End, ...] = ()
    late: int = 0
    refusals: int = 0
    needs: Needs = field(default_factory=Needs)
    duplicates: Duplicates = field(default_factory=Duplicates)
    ended: dict[str, Ended] = field(default_factory=dict)
    moves: Moves = field(default_factory=Moves)
    merging: Merging = field(default_factory=Merging)
    retiring_at: datetime | None = None
    retire_by: datetime | None = None
    retired_at: datetime | None = None
    heard: dict[str, Heard] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """The ledger's answer to a wish to open: the start input it leads to, or the rule it broke."""

    start: Start | None = None
    field: str = ""
    rule: str = ""
    detail: str = ""


def is_full(state: Account) -> bool:
    """Whether no more opportunities may be open."""
    return len(state.open) >= MOST_OPEN or sum(map(len, state.open)) > MOST_OPEN_LETTERS


Opening = OpenOpportunity | ReopenOpportunity
"""The messages that launch an opportunity, and so need the ledger's word first."""


@cache
def adapter() -> TypeAdapter[Account]:
    """The one way state becomes JSON and back."""
    return TypeAdapter(Account)


def dump_account(state: Account) -> dict[str, Any]:
    """The account as plain JSON; `load_account` gives it back unchanged."""
    return adapter().dump_python(state, mode="json")  # type: ignore[no-any-return]  # untyped upstream


def load_account(data: Any) -> Account:
    """The account from `dump_account`. Raises ValidationError on anything else."""
    return adapter().validate_python(data)
