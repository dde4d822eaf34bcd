"""What may be said to an account about what was promised to the customer."""

from typing import Final, Literal

from sales.messages import Message
from sales.values import Code, Day, Flag, Id, Name


class MakeCommitment(Message):
    """Promise something to the customer: by a due date, or by a service level of the policy."""

    kind: Literal["make_commitment"] = "make_commitment"
    commitment_id: Id
    title: Name
    due: Day | None = None
    level: Code | None = None
    severe: Flag | None = None
    owner: Id | None = None
    opportunity_id: Id | None = None


class OfCommitment(Message):
    """A message about one commitment."""

    commitment_id: Id


class RespondToCommitment(OfCommitment):
    """The customer has had a first answer: that clock of a service level has done."""

    kind: Literal["respond_to_commitment"] = "respond_to_commitment"


class MeetCommitment(OfCommitment):
    """What was promised is done; when it `occurred_at` decides whether that was in time."""

    kind: Literal["meet_commitment"] = "meet_commitment"


class WaiveCommitment(OfCommitment):
    """It need not be met any more; `actor` and `note` must say who has agreed to that and why."""

    kind: Literal["waive_commitment"] = "waive_commitment"


class PauseCommitment(OfCommitment):
    """Its clocks rest, for as long as the policy allows, such as while the customer is asked."""

    kind: Literal["pause_commitment"] = "pause_commitment"


class ResumeCommitment(OfCommitment):
    """Its clocks go on with the time that they had left."""

    kind: Literal["resume_commitment"] = "resume_commitment"


COMMITMENT_KINDS: Final[dict[str, type[Message]]] = {
    "make_commitment": MakeCommitment,
    "respond_to_commitment": RespondToCommitment,
    "meet_commitment": MeetCommitment,
    "pause_commitment": PauseCommitment,
    "resume_commitment": ResumeCommitment,
    "waive_commitment": WaiveCommitment,
}
