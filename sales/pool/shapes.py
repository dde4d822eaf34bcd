"""What each kind of fact of a pool says in its `data`; see `sales.shapes`."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from sales.pool.terms import Terms
from sales.shapes import Erased, Refused, Seconds
from sales.values import (
    Count,
    Currency,
    Date,
    Duration,
    Hours,
    Id,
    Instant,
    Model,
    Money,
    Name,
    Share,
    Text,
)

Number = Annotated[int, Field(ge=0)]
End = Literal["won", "lost", "expired", "withdrawn"]
"""How an opportunity may have ended; its time is not that of a lease."""


class PoolBegun(Model):
    """Somebody spoke to it for the first time."""

    pool_id: Id


class PoolOpened(Terms):
    """It has hours from now on, by these terms."""


class PoolAmended(Model):
    """Some of its terms changed."""

    name: Name | None = None
    hours: Hours | None = None
    currency: Currency | None = None
    period: Duration | None = None
    starts: Date | None = None
    time_zone: str | None = None
    lease: Duration | None = None
    warn: Duration | None = None
    patience: Duration | None = None
    gain: Share | None = None
    renewals: Count | None = None


class PoolResumed(Model):
    """Its run was gone, and it goes on from what the ledger knows."""


class PoolClosed(Model):
    """It has no hours any more, for good."""

    reason: Text


class LeaseRequested(Model):
    """An opportunity waits for hours; `said_at` and `number` are the place of its own fact."""

    opportunity_id: Id
    said_at: Instant
    number: Number
    hours: Hours
    gain: Share | None = None
    until: Instant | None = None
    amount: Money | None = None
    owner: Id | None = None


class LeaseGranted(Model):
    """It has them, after so many seconds of waiting."""

    opportunity_id: Id
    hours: Hours
    expires_at: Instant
    waited: Seconds
    owner: Id | None = None


class LeaseRenewed(Model):
    """It keeps them until then."""

    opportunity_id: Id
    expires_at: Instant
    owner: Id | None = None


class LeaseExpiring(Model):
    """It has them for a little while yet."""

    opportunity_id: Id
    expires_at: Instant
    owner: Id | None = None


class LeaseExpired(Model):
    """It had them as long as it may; of this period it has used so many."""

    opportunity_id: Id
    hours: Hours
    used: Hours
    owner: Id | None = None


class LeaseReleased(Model):
    """It has given them back before their time: by hand, by its end, or as the pool was closed."""

    opportunity_id: Id
    why: End | Literal["hand", "pool_closed"]
    hours: Hours
    used: Hours
    owner: Id | None = None
    said_at: Instant
    number: Number


class RequestDropped(Model):
    """It waits no more."""

    opportunity_id: Id
    why: End | Literal["hand", "pool_closed", "too_late", "too_large"]
    hours: Hours
    owner: Id | None = None
    said_at: Instant
    number: Number


class WordKept(Model):
    """It has nothing here: an older request of it, should one come, finds this."""

    opportunity_id: Id
    why: End | Literal["hand"]
    said_at: Instant
    number: Number


class HoursUsed(Model):
    """It has logged hours of this pool, instead of those `before`; they count in the `period` that
    began then, or not at all where it had no lease."""

    opportunity_id: Id
    hours: Hours
    before: Hours | None = None
    period: Instant | None = None


class PeriodTurned(Model):
    """What was used of the period is forgotten."""

    forgotten: Hours


class PoolRestored(Model):
    """The journal begins here, with the state that all facts before had led to: it was made anew,
    and they are lost. What a state holds follows the rules' own version."""

    state: dict[str, Any]


POOL_SHAPES: Final[dict[str, type[Model]]] = {
    "pool_begun": PoolBegun,
    "pool_opened": PoolOpened,
    "pool_amended": PoolAmended,
    "pool_resumed": PoolResumed,
    "pool_closed": PoolClosed,
    "lease_requested": LeaseRequested,
    "lease_granted": LeaseGranted,
    "lease_renewed": LeaseRenewed,
    "lease_expiring": LeaseExpiring,
    "lease_expired": LeaseExpired,
    "lease_released": LeaseReleased,
    "request_dropped": RequestDropped,
    "word_kept": WordKept,
    "hours_used": HoursUsed,
    "period_turned": PeriodTurned,
    "refused": Refused,
    "erased": Erased,
    "restored": PoolRestored,
}
"""The shape of `data` for every kind of fact that a pool can have."""
