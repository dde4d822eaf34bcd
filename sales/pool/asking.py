"""What an opportunity has to do with pools: it asks for hours and returns them by its own facts.

So its state knows every pool that it ever asked, and its end can tell all of them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.messages import ReleaseCapacity, RequestCapacity
from sales.opportunity import Asked, Opportunity
from sales.values import limit_of
from sales.words import said

MOST_POOLS: Final = 20
"""How many pools one opportunity may ask."""


def request_capacity(state: Opportunity, message: RequestCapacity, at: datetime) -> list[Draft]:
    """Asked again, the last word counts: a request that waits is changed."""
    if message.hours <= 0:
        raise Broken("hours", "too_small")
    if message.pool not in state.pools and len(state.pools) >= MOST_POOLS:
        raise Broken("pool", "too_many_pools", f"it has asked {MOST_POOLS} of them")
    data = said(message)
    if message.until:
        until = limit_of(message.until, state.process.time_zone)
        if until <= at:
            raise Broken("until", "in_the_past")
        data["until"] = until.isoformat()
    if state.amount is not None:
        data["amount"] = {"amount": format(state.amount, "f"), "currency": state.currency}
    return [Draft("capacity_requested", data | ({"owner": state.owner} if state.owner else {}), at)]


def release_capacity(state: Opportunity, message: ReleaseCapacity, at: datetime) -> list[Draft]:
    """Whether it has them or waits for them."""
    asked = state.pools.get(message.pool)
    if asked is None or asked.released:
        raise Broken("pool", "nothing_requested")
    return [Draft("capacity_released", said(message), at)]


def requested(state: Opportunity, fact: Fact) -> dict[str, Any]:
    """What a request changes in the opportunity."""
    asked = Asked(Decimal(fact.data["hours"]), fact.sequence)
    return {"pools": {**state.pools, fact.data["pool"]: asked}}


def released(state: Opportunity, fact: Fact) -> dict[str, Any]:
    """What a release changes in the opportunity."""
    asked = state.pools[fact.data["pool"]]._replace(released=True)
    return {"pools": {**state.pools, fact.data["pool"]: asked}}
