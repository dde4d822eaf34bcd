"""What the ledger answers with: plain records, one for each question."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sales.facts import Fact


@dataclass(frozen=True, slots=True)
class OpportunityRow:
    """One opportunity as it stands. `outcome` is None while it is open, `deadline` once it is not;
    `probability` is the stage's and not a judgement on this opportunity."""

    id: str
    account_id: str
    name: str
    process: str
    process_version: int
    stage: str
    probability: float
    category: str
    outcome: str | None
    reason: str | None
    reasons: list[str] | None
    closed_at: datetime | None
    opened_at: datetime
    landed_at: datetime
    end_by: datetime
    deadline: datetime | None
    clock: str | None
    amount: Decimal | None
    recurring: Decimal | None
    currency: str | None
    close_date: date | None
    first_close_date: date | None
    owner: str | None
    team: str | None
    segment: str | None
    product: str | None
    territory: str | None
    lead_source: str | None
    attempt: int
    predecessor_id: str | None
    sequence: int
    refusals: int
    late: int
    overrides: int
    pushes: int
    extensions: int
    parkings: int
    reversions: int
    effort: Decimal


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as it stands; `health` and `band` as they were told last, None where nothing is
    known; `state` is what its rules remember, as plain JSON."""

    id: str
    name: str
    owner: str | None
    segment: str | None
    tier: str | None
    health: float | None
    band: str | None
    opened_at: datetime
    retired_at: datetime | None
    sequence: int
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One pool as it stands, unopened, open or closed: its hours in a period, of them those of live
    leases and those that leases which are no more have used; how many hold and wait."""

    id: str
    name: str | None
    stage: str
    hours: Decimal
    leased: Decimal
    used: Decimal
    leases: int
    waiting: int
    currency: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact as it was written. `superseded` is 0 while it stands, else the number of the cut
    that took it back."""

    fact: Fact
    superseded: int
    digest: str
    run_id: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many opportunities of a process ended this way, for this primary reason."""

    process: str
    outcome: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Weighted:
    """The open opportunities in one stage and one currency, or in none where no sum is known;
    `weighted` is their amount times the stage's probability."""

    currency: str | None
    process: str
    stage: str
    category: str
    count: int
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What somebody should be told, and whom that reaches now: `to` is nobody where nobody owns
    what it is about. `id` is the same whenever it is told again, and `cursor`, the instant at which
    it was written, is how far a reader has come who has read it."""

    id: str
    cursor: datetime
    at: datetime
    what: str
    words: str
    to: str | None
    due: datetime | None
    subject: str
    subject_id: str
    account_id: str | None
    sequence: int
    kind: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """What became of a notice on a channel: sent where there is no error, to be tried again at an
    instant where there is one, given up where there is none."""

    channel: str
    notice: str
    to: str | None
    tries: int
    at: datetime
    error: str | None
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """How far a channel is: all notices up to `through` were sent over it, given up, or are among
    the `waiting`, which are tried again; `behind` is how many it has not seen."""

    name: str
    through: datetime
    holder: str | None
    held_until: datetime | None
    behind: int
    waiting: int
    failed: int
