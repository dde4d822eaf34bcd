"""What the facts about how satisfied the customer is say in their `data`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.account.satisfaction.messages import Survey
from sales.shapes import Seconds
from sales.values import Code, Count, Id, Model, Text


class SurveyAsked(Model):
    """The customer is to be asked: `why` is a code, `about` the id of what it is about, if it is
    about something. They have so many seconds to answer from when this was taken down."""

    survey: Survey
    survey_id: Id
    why: Code
    about: Id | None = None
    answer_within: Seconds


class SurveyAnswered(Model):
    """Somebody has answered; `first` where it is the first answer to a survey that was asked, and
    `survey_id` which survey it was, if that is known."""

    survey: Survey
    score: Annotated[Count, Field(ge=0, le=10)]
    survey_id: Id | None = None
    respondent: Id | None = None
    comment: Text | None = None
    first: Literal[True] | None = None


class SurveyLapsed(Model):
    """Nobody has answered in time."""

    survey: Survey
    survey_id: Id


SATISFACTION_SHAPES: Final[dict[str, type[Model]]] = {
    "survey_asked": SurveyAsked,
    "survey_answered": SurveyAnswered,
    "survey_lapsed": SurveyLapsed,
}
