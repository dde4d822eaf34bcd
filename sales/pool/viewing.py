"""Leases and queue as they are shown: plain records, the same to whoever asks."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sales.pool.queue import aged, ordered, worth
from sales.pool.state import Pool


class LeaseView(NamedTuple):
    """Who has how many hours until when; `used` is what was logged of them in this period."""

    opportunity_id: str
    hours: Decimal
    used: Decimal
    granted_at: datetime
    expires_at: datetime
    renewals: int
    owner: str | None


class RequestView(NamedTuple):
    """Who waits for how many hours since when. `an_hour` is what an hour of it is worth in the
    pool's currency; `why` says why it is worth nothing, or that it has waited long enough to go
    first."""

    opportunity_id: str
    hours: Decimal
    an_hour: Decimal | None
    why: str | None
    since: datetime
    until: datetime | None
    owner: str | None


def lease_views(state: Pool) -> list[LeaseView]:
    """Every live lease, the one that ends first coming first."""
    leases = sorted(state.leases.items(), key=lambda item: (item[1].expires_at, item[0]))
    return [
        LeaseView(
            *(id, lease.hours, lease.used, lease.granted_at, lease.expires_at),
            *(lease.renewals, lease.owner),
        )
        for id, lease in leases
    ]


def queue_views(state: Pool, now: datetime) -> list[RequestView]:
    """Every request that waits, in the order in which they are served."""
    found = []
    for id, request in ordered(state, now):
        value = worth(request, state.terms) if state.terms else None
        first = state.terms is not None and aged(request, state.terms, now)
        why = "waited_long" if first else value.why if value else "not_open"
        an_hour = round(value.an_hour, 2) if value else None
        since, until, owner = request.since, request.until, request.owner
        found.append(RequestView(id, request.hours, an_hour, why, since, until, owner))
    return found
