"""Who is next: what an hour brings decides, until somebody has waited too long.

An hour's marginal expected value is `amount * gain / hours`, where the gain is by how much the
hours raise the chance of a win. Ordered by it, the pool's hours go where they pay, as a greedy
packing of a knapsack does. Whoever has waited for the pool's patience goes first, the oldest of
them before the others, and nothing smaller passes them: so nobody starves.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sales.pool.state import MOST_LEASES, NOTHING, Pool, Request
from sales.pool.terms import Terms


class Worth(NamedTuple):
    """What an hour brings, in the pool's currency, and, where that is nothing, why."""

    an_hour: Decimal
    why: str | None = None


def worth(request: Request, terms: Terms) -> Worth:
    """What an hour of the request is worth to this pool."""
    if request.amount is None:
        return Worth(NOTHING, "no_amount")
    if request.currency != terms.currency:
        return Worth(NOTHING, "other_currency")
    gain = terms.gain if request.gain is None else request.gain
    return Worth(request.amount * gain / request.hours)


def aged(request: Request, terms: Terms, now: datetime) -> bool:
    """Whether it has waited for the pool's patience."""
    return now - request.since >= terms.patience


def ordered(state: Pool, now: datetime) -> list[tuple[str, Request]]:
    """Who waits, in the order in which they are served; by age alone where nobody has opened it."""
    terms = state.terms

    def place(item: tuple[str, Request]) -> tuple[bool, Decimal, int]:
        request = item[1]
        if terms is None or aged(request, terms, now):
            return False, NOTHING, request.sequence
        return True, -worth(request, terms).an_hour, request.sequence

    return sorted(state.queue.items(), key=place)


def grantable(state: Pool, now: datetime) -> Iterator[tuple[str, Request]]:
    """Those whose hours are free now, in their order; behind an aged one that does not fit nobody
    is served."""
    terms, free, room = state.terms, state.free, MOST_LEASES - len(state.leases)
    if terms is None or state.closed_at:
        return
    for opportunity_id, request in ordered(state, now):
        in_time = request.until is None or request.until > now
        if request.hours <= free and room and in_time:
            free, room = free - request.hours, room - 1
            yield opportunity_id, request
        elif aged(request, terms, now):
            return
