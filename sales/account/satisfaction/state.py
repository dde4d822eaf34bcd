"""What an account remembers of how satisfied the customer is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

MOST_ANSWERS: Final = 20
"""How many of the latest answers are kept; all of them are facts."""

LEAST: Final = {"csat": 1, "nps": 0}
MOST: Final = {"csat": 5, "nps": 10}
"""The scale of each kind of survey."""


class Occasion(NamedTuple):
    """What they will be asked about: a code for it, and the id of what it is."""

    why: str
    about: str
    at: datetime


class Asked(NamedTuple):
    """A survey that waits for its answer."""

    id: str
    lapses_at: datetime


class Answer(NamedTuple):
    """What somebody answered to a survey of that kind."""

    survey: str
    score: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """`since` is when the account became a customer, as far as it has been managed; `asked` and
    `numbers` are by the kind of survey: what waits for an answer, and how many were asked so far.

    At most one occasion waits at a time: what happens meanwhile is asked about with it.
    """

    since: datetime | None = None
    occasion: Occasion | None = None
    asked: dict[str, Asked] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    nps_at: datetime | None = None
    asked_at: datetime | None = None
    answers: tuple[Answer, ...] = ()
