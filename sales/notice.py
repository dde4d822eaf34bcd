"""Notices: what somebody should be told because of a fact."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from sales.facts import Fact
from sales.owner import Owners

NOBODY: Final = "nobody"
"""How one names that there is nobody whom a notice reaches."""


class Notice(NamedTuple):
    """`what` is a code, `words` one line for people. It goes to the owner `to`, or else to whoever
    owns what the fact is about; `due` is by when it matters, if it does."""

    what: str
    words: str
    to: str | None = None
    due: datetime | None = None


Noticing = Callable[[Fact], Iterable[Notice]]
"""Who should be told what because of a fact."""


def addressee(asked: str | None, owners: Owners, day: date) -> str | None:
    """Whom a notice reaches on that day: the one it is for, or, where they have left or not yet
    begun, the nearest above them who is there. Nobody where there is none."""
    while asked and (owner := owners.get(asked)) and not owner.active(day):
        asked = owner.manager
    return asked
