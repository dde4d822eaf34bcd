"""What the facts about how well the account is say in their `data`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.account.health.state import Band, Verdict
from sales.shapes import Number, Seconds
from sales.values import Code, Id, Instant, Measured, Model, Text

Share = Annotated[float, Field(ge=0, le=1)]


class Counted(Model):
    """What one component had come to: its weight, its value, by how much it has aged, and the share
    of the score that it makes."""

    weight: float
    value: Share
    decay: Share
    share: Share


class HealthChanged(Model):
    """The health is another: the band, a veto, or the score by a tenth. Without a score nothing is
    known any more. `worse` where the band has fallen or a veto came."""

    score: Share | None = None
    band: Band | None = None
    vetoes: tuple[Code, ...]
    components: dict[Code, Counted]
    missing: tuple[Code, ...]
    worse: Literal[True] | None = None


class UsageReported(Model):
    """How much of what they bought they use."""

    metric: Code
    value: Measured
    target: Measured | None = None


class ScoreReported(Model):
    """The value of a component that the policy names."""

    component: Code
    value: Measured
    target: Measured | None = None


class PaymentReported(Model):
    """An invoice has become overdue, or is paid."""

    invoice: Id
    status: Literal["overdue", "paid"]


class SponsorReported(Model):
    """A sponsor is there, or has left."""

    contact: Id
    status: Literal["present", "left"]


class ContactReported(Model):
    """We have talked to the customer."""

    channel: Code
    contact: Id | None = None


class HealthDisagreed(Model):
    """Somebody says the health is another; `computed` is what it was, if anything was known."""

    score: Measured | None = None
    band: Band | None = None
    reason: Text
    until: Instant
    computed: Share | None = None


class DisagreementEnded(Model):
    """The other opinion, that of the fact of this number, stands no more."""

    sequence: Number
    how: Literal["expired", "agreed"]


class OfACheckpoint(Model):
    """Which checkpoint it is about: so many seconds before that term of the contract ends. At the
    `last` one nobody may wait and see any more."""

    contract_id: Id
    term: Number
    ends_at: Instant
    before: Seconds
    last: bool


class CheckpointDue(OfACheckpoint):
    """Before a term ends, somebody must say how; beside it how the health was, if it was known."""

    score: Share | None = None
    band: Band | None = None
    vetoes: tuple[Code, ...]


class CheckpointMissed(OfACheckpoint):
    """Nobody has answered in time; it is noticed once more."""


class CheckpointAnswered(OfACheckpoint):
    """Somebody has said how the term will end."""

    verdict: Verdict
    reason: Text | None = None


HEALTH_SHAPES: Final[dict[str, type[Model]]] = {
    "health_changed": HealthChanged,
    "usage_reported": UsageReported,
    "score_reported": ScoreReported,
    "payment_reported": PaymentReported,
    "sponsor_reported": SponsorReported,
    "contact_reported": ContactReported,
    "health_disagreed": HealthDisagreed,
    "disagreement_ended": DisagreementEnded,
    "checkpoint_due": CheckpointDue,
    "checkpoint_missed": CheckpointMissed,
    "checkpoint_answered": CheckpointAnswered,
}
