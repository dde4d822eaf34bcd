"""Leases and queue as they are shown: plain records, the same to whoever asks."""

from datetime import datetime
from typing import Any

from sales.pool.queue import aged, ordered, worth
from sales.pool.state import Pool


def lease_views(state: Pool) -> list[dict[str, Any]]:
    """Every live lease, the one that ends first coming first."""
    leases = sorted(state.leases.items(), key=lambda item: (item[1].expires_at, item[0]))
    return [
        {
            "opportunity_id": id,
            "hours": lease.hours,
            "used": lease.used,
            "granted_at": lease.granted_at,
            "expires_at": lease.expires_at,
            "renewals": lease.renewals,
            "owner": lease.owner,
        }
        for id, lease in leases
    ]


def queue_views(state: Pool, now: datetime) -> list[dict[str, Any]]:
    """Every request that waits, in the order in which they are served. `an_hour` is what an hour of
    it is worth in the pool's currency; `why` says why it is worth nothing, or that it has waited
    long enough to go first."""
    found = []
    for id, request in ordered(state, now):
        value = worth(request, state.terms) if state.terms else None
        first = state.terms is not None and aged(request, state.terms, now)
        found.append(
            {
                "opportunity_id": id,
                "hours": request.hours,
                "an_hour": round(value.an_hour, 2) if value else None,
                "why": "waited_long" if first else value.why if value else "not_open",
                "since": request.since,
                "until": request.until,
                "owner": request.owner,
            }
        )
    return found
