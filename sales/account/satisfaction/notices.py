"""Who is told what about how satisfied the customer is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sales.account.satisfaction.state import MOST
from sales.facts import Fact
from sales.notice import Notice, Noticing

UNHAPPY: Final = {"csat": 2, "nps": 6}
"""Who answers no more than this is not satisfied, or would warn others of us."""
CALLED: Final = {"csat": "how satisfied they are", "nps": "how likely they would recommend us"}


def _tell_to_ask(fact: Fact) -> list[Notice]:
    data = fact.data
    about = f", about {data['about']}" if "about" in data else ""
    words = f"ask the customer {CALLED[data['survey']]} ({data['survey_id']}){about}"
    due = fact.recorded_at + timedelta(seconds=data["answer_within"])
    return [Notice("survey_due", words, due=due)]


def _tell_of_the_unhappy(fact: Fact) -> list[Notice]:
    survey, score = fact.data["survey"], fact.data["score"]
    if score > UNHAPPY[survey]:
        return []
    return [Notice("unhappy_answer", f"{survey} {score} of {MOST[survey]}: talk to them")]


NOTICES: Final[Mapping[str, Noticing]] = {
    "survey_asked": _tell_to_ask,
    "survey_answered": _tell_of_the_unhappy,
}
