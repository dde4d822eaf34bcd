"""What someone may say to a pool, and what opportunities tell it."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.calendar import Zone
from sales.messages import Erase, Message
from sales.pool.terms import Terms
from sales.values import (
    Count,
    Currency,
    Date,
    Duration,
    Flag,
    Hours,
    Id,
    Instant,
    Money,
    Name,
    Share,
    Text,
)

Number = Annotated[Count, Field(ge=0, le=2**53)]


class OpenPool(Message, Terms):
    """Open the pool by these terms."""

    kind: Literal["open_pool"] = "open_pool"


class AmendPool(Message):
    """Change some of its terms; what is leased stays leased, as it was granted."""

    kind: Literal["amend_pool"] = "amend_pool"
    name: Name | None = None
    hours: Hours | None = None
    currency: Currency | None = None
    period: Duration | None = None
    starts: Date | None = None
    time_zone: Zone | None = None
    lease: Duration | None = None
    warn: Duration | None = None
    patience: Duration | None = None
    gain: Share | None = None
    renewals: Annotated[Count, Field(ge=0, le=100)] | None = None


class ClosePool(Message):
    """Close it for good: who waits is dropped. Live leases stand against it, unless it is to
    `release` them."""

    kind: Literal["close_pool"] = "close_pool"
    reason: Text
    release: Flag = False


class RequestLease(Message):
    """Told by an opportunity that wants hours. `said_at` and `number` are when its own fact was
    recorded and its place in the journal: what the opportunity says later counts."""

    kind: Literal["request_lease"] = "request_lease"
    opportunity_id: Id
    said_at: Instant
    number: Number
    hours: Hours
    gain: Share | None = None
    until: Instant | None = None
    amount: Money | None = None
    owner: Id | None = None


class ReleaseLease(Message):
    """Told by an opportunity that wants its hours no more, or said by whoever looks after the pool:
    then without `said_at` and `number`, and whatever it has there goes."""

    kind: Literal["release_lease"] = "release_lease"
    opportunity_id: Id
    said_at: Instant | None = None
    number: Number = 0


class UseHours(Message):
    """Told by an opportunity that has logged hours of this pool; `before` is what it had logged
    instead, where that is put right."""

    kind: Literal["use_hours"] = "use_hours"
    opportunity_id: Id
    hours: Hours
    before: Hours | None = None


class OpportunityOver(Message):
    """Told by an opportunity that has ended: nothing of it is to stay here."""

    kind: Literal["opportunity_over"] = "opportunity_over"
    opportunity_id: Id
    outcome: Literal["won", "lost", "expired", "withdrawn"]


class RenewLease(Message):
    """Keep a lease for another time, or until then if that is sooner."""

    kind: Literal["renew_lease"] = "renew_lease"
    opportunity_id: Id
    until: Instant | None = None


POOL_KINDS: Final[dict[str, type[Message]]] = {
    "open_pool": OpenPool,
    "amend_pool": AmendPool,
    "close_pool": ClosePool,
    "request_lease": RequestLease,
    "release_lease": ReleaseLease,
    "renew_lease": RenewLease,
    "use_hours": UseHours,
    "opportunity_over": OpportunityOver,
    "erase": Erase,
}
"""Every kind a pool takes, as a signal of that name or as `submit {kind}`."""
