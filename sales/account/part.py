"""What one part of managing an account is made of, so that all parts are put together alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sales.account.messages import LateMessage, OpportunityEnded
from sales.account.state import Account
from sales.drafts import Draft
from sales.facts import Fact
from sales.notice import Noticing
from sales.telling import Telling

Rule = Callable[[Account, Any, datetime], list[Draft]]
"""What follows from a message. Raises Broken."""
Fold = Callable[[Account, Fact], dict[str, Any]]
"""Which fields of the account a fact changes, and to what."""
Tell = Callable[[str, Fact], Iterable[Telling]]
"""What a fact of the account of that id makes it tell others."""


def _no_look(_state: Account) -> Iterable[datetime]:
    return ()


def _nothing_due(_state: Account, _now: datetime) -> list[Draft]:
    return []


def _no_word(_state: Account, _end: OpportunityEnded, _now: datetime) -> list[Draft]:
    return []


def _nothing_late(_state: Account, _late: LateMessage, _now: datetime) -> list[Draft]:
    return []


@dataclass(frozen=True, slots=True)
class Part:
    """One part of managing an account.

    `looks` are the instants at which time alone changes something, the earliest among them at
    least; `due` is what time has done by now, each draft `at` its own instant, and once that is
    folded nothing is due any more, nor does any look lie behind now. `ended` is what the end of an
    opportunity brings, beside the end itself, `late` what comes of a message that came after it.
    `follows` is what follows from the state as it has become, whatever made it so; once that is
    folded nothing follows any more. `tells` and `notices` are by the kind of the fact.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict)
    folds: Mapping[str, Fold] = field(default_factory=dict)
    looks: Callable[[Account], Iterable[datetime]] = _no_look
    due: Callable[[Account, datetime], list[Draft]] = _nothing_due
    ended: Callable[[Account, OpportunityEnded, datetime], list[Draft]] = _no_word
    late: Callable[[Account, LateMessage, datetime], list[Draft]] = _nothing_late
    follows: Callable[[Account, datetime], list[Draft]] = _nothing_due
    tells: Mapping[str, Tell] = field(default_factory=dict)
    notices: Mapping[str, Noticing] = field(default_factory=dict)
