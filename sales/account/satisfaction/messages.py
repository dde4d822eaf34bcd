"""What may be said to an account about how satisfied the customer is."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.messages import Message
from sales.values import Count, Id, Text

Survey = Literal["csat", "nps"]
"""How satisfied they are, from 1 to 5, or how likely they would recommend us, from 0 to 10."""


class AskSurvey(Message):
    """Ask the customer now, out of turn."""

    kind: Literal["ask_survey"] = "ask_survey"
    survey: Survey
    about: Id | None = None


class RecordSurveyAnswer(Message):
    """What somebody answered. `survey_id` is the survey that was asked; without it, it answers the
    one of its kind that waits, if one does. The respondent is an opaque id, never a name."""

    kind: Literal["record_survey_answer"] = "record_survey_answer"
    survey: Survey
    score: Annotated[Count, Field(ge=0, le=10)]
    survey_id: Id | None = None
    respondent: Id | None = None
    comment: Text | None = None


SATISFACTION_KINDS: Final[dict[str, type[Message]]] = {
    "ask_survey": AskSurvey,
    "record_survey_answer": RecordSurveyAnswer,
}
