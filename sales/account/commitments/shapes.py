"""What the facts about what was promised to the customer say in their `data`."""

from typing import Final, Literal

from sales.account.commitments.state import ClockName
from sales.values import Code, Flag, Id, Instant, Model, Name


class OfACommitment(Model):
    """Which commitment it is about, so that no reader has to look for how it was made."""

    commitment_id: Id
    title: Name
    severe: Flag
    level: Code | None = None
    owner: Id | None = None
    opportunity_id: Id | None = None


class Deadline(Model):
    """When a clock runs out, and when a warning comes."""

    due: Instant
    warn_at: Instant | None = None


class CommitmentMade(OfACommitment):
    """Something was promised; `working` are clocks that run in working hours."""

    clocks: dict[ClockName, Deadline]
    working: Flag


class CommitmentWarned(OfACommitment):
    """A clock is about to run out."""

    clock: ClockName
    due: Instant


class CommitmentBreached(OfACommitment):
    """A clock has run out: once, and the commitment stays until it is met or waived."""

    clock: ClockName
    due: Instant


class Answered(OfACommitment):
    """`in_time` was at the due instant or before; `corrects` a breach that had been taken down
    before this was told."""

    due: Instant
    in_time: Flag
    corrects: Literal[True] | None = None


class CommitmentResponded(Answered):
    """The customer has had a first answer. In time was at the due instant or before; it may correct
    a breach that had been taken down before this was told."""


class CommitmentMet(Answered):
    """It is done, and settled. In time was at the due instant or before; it may correct a breach
    that had been taken down before this was told."""


class CommitmentWaived(OfACommitment):
    """It need not be met any more, and is settled; a breach stays one."""


class CommitmentPaused(OfACommitment):
    """Its clocks rest, until then at the latest."""

    until: Instant


class CommitmentResumed(OfACommitment):
    """Those of its clocks that had not run out go on, and have new deadlines."""

    clocks: dict[ClockName, Deadline]


COMMITMENT_SHAPES: Final[dict[str, type[Model]]] = {
    "commitment_made": CommitmentMade,
    "commitment_warned": CommitmentWarned,
    "commitment_breached": CommitmentBreached,
    "commitment_responded": CommitmentResponded,
    "commitment_met": CommitmentMet,
    "commitment_waived": CommitmentWaived,
    "commitment_paused": CommitmentPaused,
    "commitment_resumed": CommitmentResumed,
}
