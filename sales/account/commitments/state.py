"""What an account remembers of what was promised to the customer, until it is settled."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, NamedTuple

MOST_COMMITMENTS: Final = 60
MOST_COMMITMENT_BYTES: Final = 10_000
"""How many may be live at once, and what their titles and ids may take up: what is settled is a
fact in the journal, and an account carries none of it."""

LONGEST_ID: Final = 100

ClockName = Literal["respond", "resolve"]


class Clock(NamedTuple):
    """By when something is due. `warn_at` is gone once the warning is."""

    due: datetime
    warn_at: datetime | None = None
    breached: bool = False


class Commitment(NamedTuple):
    """One promise that is neither met nor waived.

    `clocks` are those that still wait for an answer. They run in working hours if `working`, and
    rest between `paused_at` and `paused_until` at the latest; `paused` is how long they have rested
    before, and `since` when they last went on.
    """

    title: str
    made_at: datetime
    clocks: dict[ClockName, Clock]
    since: datetime
    severe: bool = False
    working: bool = False
    level: str | None = None
    owner: str | None = None
    opportunity_id: str | None = None
    paused: timedelta = timedelta(0)
    paused_at: datetime | None = None
    paused_until: datetime | None = None

    def size(self, id: str) -> int:
        """How many bytes its title and all ids take."""
        words = (id, self.title, self.level, self.owner, self.opportunity_id)
        return sum(len(each.encode()) for each in words if each)

    @property
    def breached(self) -> bool:
        """Whether one of its clocks has run out and still waits for an answer."""
        return any(clock.breached for clock in self.clocks.values())


def severely_breached(commitments: Iterable[Commitment]) -> bool:
    """Whether a severe one is breached, and neither met nor waived."""
    return any(each.severe and each.breached for each in commitments)


def promised_id(opportunity_id: str, objective: str) -> str:
    """The id of the commitment that a win makes of an objective."""
    id = f"{opportunity_id}:{objective}"
    return id if len(id) <= LONGEST_ID else sha256(id.encode()).hexdigest()
