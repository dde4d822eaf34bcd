"""Notices: what somebody should be told because of a fact."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sales.facts import Fact


class Notice(NamedTuple):
    """`what` is a code, `words` one line for people. It goes to the owner `to`, or else to whoever
    owns what the fact is about; `due` is by when it matters, if it does."""

    what: str
    words: str
    to: str | None = None
    due: datetime | None = None


Noticing = Callable[[Fact], Iterable[Notice]]
"""Who should be told what because of a fact."""
