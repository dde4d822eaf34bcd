"""A script: what is said to one opportunity, and when. Plain data that any driver can play."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sales.opening import Start


class Said(NamedTuple):
    """One message as it arrives: plain JSON with its `kind`, and every stamp it travels with."""

    at: datetime
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        """Which message it is."""
        return str(self.body["kind"])

    @property
    def words(self) -> dict[str, Any]:
        """The body without its kind, as a signal carries it."""
        return {name: value for name, value in self.body.items() if name != "kind"}


@dataclass(frozen=True, slots=True)
class Script:
    """One opportunity: `start` is its workflow's start input, `said` is in the order of time."""

    at: datetime
    start: Start
    said: tuple[Said, ...]

    @property
    def id(self) -> str:
        """The opportunity's id."""
        return self.start.opening.opportunity_id
