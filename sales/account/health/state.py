"""What an account remembers of how well it is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

MOST_REPORTED: Final = 10
"""How many metrics of usage, how many other scores, how many sponsors: each."""
MOST_OVERDUE: Final = 50
MOST_KEPT: Final = 10
"""How many of the commitments count that were met or breached last."""

Band = Literal["good", "fair", "poor"]
Verdict = Literal["renew", "at_risk", "will_leave", "watch"]


class Report(NamedTuple):
    """A value from 0 to 1, and when it was so."""

    value: float
    at: datetime


class Told(NamedTuple):
    """The health as the last `health_changed` has it; without a score, nothing was known."""

    score: float | None
    band: Band | None
    vetoes: tuple[str, ...]


class Disagreement(NamedTuple):
    """Somebody's other opinion, until it expires: who and why is in the fact of that number."""

    sequence: int
    score: float | None
    band: Band | None
    until: datetime


class Checkpoint(NamedTuple):
    """The latest checkpoint of a contract's term, the how many-th, so many seconds before it ends;
    it is open until there is a verdict."""

    term: int
    ends_at: datetime
    before: float
    last: bool
    at: datetime
    verdict: Verdict | None = None
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """`told` is what the last fact about it says; `left_at` when a sponsor left and nobody has
    taken their place; `overdue` are invoices, each since when; `kept` are commitments, 1 where one
    was kept; `checkpoints` are by contract, and `missed` is how many were noticed twice."""

    told: Told | None = None
    usage: dict[str, Report] = field(default_factory=dict)
    scores: dict[str, Report] = field(default_factory=dict)
    sponsors: dict[str, datetime] = field(default_factory=dict)
    left_at: datetime | None = None
    contact_at: datetime | None = None
    overdue: dict[str, datetime] = field(default_factory=dict)
    payment_at: datetime | None = None
    kept: dict[str, Report] = field(default_factory=dict)
    disagreement: Disagreement | None = None
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    missed: int = 0
