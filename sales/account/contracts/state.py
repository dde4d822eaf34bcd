"""The contracts that run, as far as their rules need to remember them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from sales.account.contracts.span import Span
from sales.values import Money

MOST_CONTRACTS: Final = 30
"""How many contracts of one account may run at once."""
MOST_ATTEMPTS: Final = 10
"""How many of the opportunities that tried to renew a term are remembered, the last ones."""
LAST_ENDED: Final = 30
"""How many ids of contracts that have ended are remembered, so that none of them begins again."""


class Next(NamedTuple):
    """What was agreed for the next term; what is not said stays as it is, its length too."""

    span: Span | None = None
    length: str | None = None
    on: int | None = None
    auto_renew: bool | None = None
    notice: timedelta | None = None
    recurring: Money | None = None


class Decided(NamedTuple):
    """How the renewal of the running term ended, by `opportunity_id` or without one; `next` where
    the contract goes on."""

    outcome: str
    reason: str
    opportunity_id: str | None = None
    next: Next | None = None


class Refused(NamedTuple):
    """A launch that was refused, until it is said when it will be tried again."""

    at: datetime
    field: str
    rule: str


class Renewal(NamedTuple):
    """How far the renewal of the running term is.

    It was asked for `tries` times; `asked` while that has no answer, `again_at` is when it is asked
    for again. `asked_for` is the sum with which it was launched. `attempts` are the opportunities
    that have tried, `coming` those of them that run and have still to come from the account that
    had the contract before; `lapsed` once the term was over while one of them still ran.
    """

    tries: int = 0
    asked: bool = False
    asked_for: Money | None = None
    refused: Refused | None = None
    again_at: datetime | None = None
    attempts: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    decided: Decided | None = None
    lapsed: bool = False


class Ending(NamedTuple):
    """That it ends, when, and why."""

    at: datetime
    reason: str


class Contract(NamedTuple):
    """One contract and its running term, whose `number` only ever grows.

    `on` is the day of the month on which it renews. `recurring` is what returns each year, `amount`
    the sum of the whole term where that is all that is known; `escalator` is by which share it
    grows with each term. `known_at` is since when the term is known here; `won` where its id is
    that of the opportunity which was won; `stem` is what the ids of its renewals begin with, where
    it comes from another account.
    """

    number: int
    span: Span
    length: str
    on: int
    zone: str
    known_at: datetime
    won: bool = False
    auto_renew: bool = False
    notice: timedelta | None = None
    recurring: Money | None = None
    amount: Money | None = None
    escalator: Decimal | None = None
    product: str | None = None
    stem: str | None = None
    ending: Ending | None = None
    renewal: Renewal = Renewal()

    @property
    def ends_at(self) -> datetime:
        """The last instant of the term, or of the contract where it ends before."""
        return min(self.ending.at, self.span.ends_at) if self.ending else self.span.ends_at


@dataclass(frozen=True, slots=True)
class Contracts:
    """What runs, by the contract's id, and what has ended of late."""

    live: dict[str, Contract] = field(default_factory=dict)
    ended: tuple[str, ...] = ()


class Term(NamedTuple):
    """A term that runs, or is to begin: of which contract, the how many-th, from when to when."""

    contract_id: str
    number: int
    starts_at: datetime
    ends_at: datetime


def terms(contracts: Contracts) -> list[Term]:
    """The running term of every contract, what ends first coming first."""
    found = [
        Term(id, each.number, each.span.starts_at, each.ends_at)
        for id, each in contracts.live.items()
    ]
    return sorted(found, key=lambda term: (term.ends_at, term.contract_id))


def recurring(contracts: Contracts, now: datetime) -> Mapping[str, Decimal]:
    """What returns each year of all whose term has begun, by currency."""
    found: dict[str, Decimal] = {}
    for each in contracts.live.values():
        if each.recurring and each.span.starts_at <= now:
            code = each.recurring.currency
            found[code] = found.get(code, Decimal(0)) + each.recurring.amount
    return found
