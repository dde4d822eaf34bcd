"""What may be said to an account about how well the account is."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.account.health.state import Band, Verdict
from sales.messages import Message
from sales.values import Code, Id, Instant, Measured, Text

Why = Annotated[Text, Field(min_length=1)]


class ReportUsage(Message):
    """How much of what they bought they use: a share from 0 to 1, or anything that is counted and
    what it should be."""

    kind: Literal["report_usage"] = "report_usage"
    metric: Code
    value: Measured
    target: Measured | None = None


class ReportScore(Message):
    """The same for any component that the policy names beside those the account knows itself."""

    kind: Literal["report_score"] = "report_score"
    component: Code
    value: Measured
    target: Measured | None = None


class ReportPayment(Message):
    """An invoice has become overdue, or is paid."""

    kind: Literal["report_payment"] = "report_payment"
    invoice: Id
    status: Literal["overdue", "paid"]


class ReportSponsor(Message):
    """Somebody who stands for us at the customer's is there, or has left. The contact is an opaque
    id, never a name."""

    kind: Literal["report_sponsor"] = "report_sponsor"
    contact: Id
    status: Literal["present", "left"]


class ReportContact(Message):
    """We have talked to the customer."""

    kind: Literal["report_contact"] = "report_contact"
    channel: Code
    contact: Id | None = None


class DisagreeOnHealth(Message):
    """Say that the health is another than the one that is computed: a score from 0 to 1 or a band,
    why, and until when at most. It stands beside the score and never changes it."""

    kind: Literal["disagree_on_health"] = "disagree_on_health"
    score: Measured | None = None
    band: Band | None = None
    reason: Why
    until: Instant | None = None


class AgreeOnHealth(Message):
    """Take back the other opinion."""

    kind: Literal["agree_on_health"] = "agree_on_health"


class AnswerCheckpoint(Message):
    """Say how a term will end. The contract need not be named where only one checkpoint is open."""

    kind: Literal["answer_checkpoint"] = "answer_checkpoint"
    verdict: Verdict
    contract_id: Id | None = None
    reason: Text | None = None


HEALTH_KINDS: Final[dict[str, type[Message]]] = {
    "report_usage": ReportUsage,
    "report_score": ReportScore,
    "report_payment": ReportPayment,
    "report_sponsor": ReportSponsor,
    "report_contact": ReportContact,
    "disagree_on_health": DisagreeOnHealth,
    "agree_on_health": AgreeOnHealth,
    "answer_checkpoint": AnswerCheckpoint,
}
