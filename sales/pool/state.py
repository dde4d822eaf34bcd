"""The state of one pool: everything its rules may look at, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from pydantic import TypeAdapter

from sales.opportunity import Heard, Refusal
from sales.pool.terms import Terms

MOST_LEASES: Final = 200
MOST_WAITING: Final = 200
"""How many leases may live at once, and how many requests may wait."""
MOST_GONE: Final = 200
"""How many of those that have left are remembered, lest an older word of theirs be believed; of one
that was forgotten reconciliation tells again."""
KEPT: Final = 20
NOTHING: Final = Decimal(0)


class Place(NamedTuple):
    """When an opportunity recorded a fact, and its number: what was said later counts. The time
    comes first, for a reset gives out numbers again."""

    at: datetime
    number: int


class Request(NamedTuple):
    """Hours that an opportunity waits for since then; `sequence` is the request's number here."""

    hours: Decimal
    since: datetime
    sequence: int
    place: Place
    gain: Decimal | None = None
    until: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    owner: str | None = None


class Lease(NamedTuple):
    """Hours a period that an opportunity has; `used` is what it has logged of this period's."""

    hours: Decimal
    granted_at: datetime
    expires_at: datetime
    place: Place
    used: Decimal = NOTHING
    renewals: int = 0
    warned: bool = False
    owner: str | None = None

    @property
    def stays(self) -> Decimal:
        """What it leaves behind as used, should it be released now."""
        return min(self.used, self.hours)


class Gone(NamedTuple):
    """The last word of an opportunity that has nothing here; for good where it has `ended`."""

    place: Place
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool, as far as its rules need to remember.

    Without `terms` nobody has opened it yet: requests wait. `used` are the hours that leases which
    are no more have used in the period that began at `counted_since`; nothing has been used where
    that is missing.
    """

    id: str
    begun_at: datetime
    terms: Terms | None = None
    sequence: int = 0
    leases: dict[str, Lease] = field(default_factory=dict)
    queue: dict[str, Request] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)
    used: Decimal = NOTHING
    counted_since: datetime | None = None
    closed_at: datetime | None = None
    refusals: int = 0
    heard: dict[str, Heard] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()

    @property
    def stage(self) -> Literal["unopened", "open", "closed"]:
        """Whether hours can be had."""
        return "closed" if self.closed_at else "open" if self.terms else "unopened"

    @property
    def hours(self) -> Decimal:
        """What can be leased in a period."""
        return self.terms.hours if self.terms else NOTHING

    @property
    def leased(self) -> Decimal:
        """The hours of all live leases."""
        return sum((lease.hours for lease in self.leases.values()), NOTHING)

    @property
    def free(self) -> Decimal:
        """What can still be leased in this period; never below nothing."""
        return self.hours - self.leased - self.used


@cache
def adapter() -> TypeAdapter[Pool]:
    """The one way state becomes JSON and back."""
    return TypeAdapter(Pool)


def dump_pool(state: Pool) -> dict[str, Any]:
    """The pool as plain JSON; `load_pool` gives it back unchanged."""
    return adapter().dump_python(state, mode="json")  # type: ignore[no-any-return]  # untyped upstream


def load_pool(data: Any) -> Pool:
    """The pool from `dump_pool`. Raises ValidationError on anything else."""
    return adapter().validate_python(data)
