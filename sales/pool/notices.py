"""Whom a pool's facts concern: the owner of the opportunity, where it has one."""

from collections.abc import Iterator
from typing import Final

from sales.changes import instant
from sales.facts import Fact
from sales.notice import Notice, Noticing

WHY: Final = {
    "hand": "it was released",
    "too_late": "the time had passed for which the hours were wanted",
    "too_large": "the pool has fewer hours than were asked for",
    "pool_closed": "the pool was closed",
}
"""In words; an end of the opportunity is its own reason."""


def _granted(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    words = f"{data['opportunity_id']} has {data['hours']} hours until {data['expires_at']}"
    yield Notice("lease_granted", words, data.get("owner"), instant(data["expires_at"]))


def _expiring(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    words = f"{data['opportunity_id']} loses its hours at {data['expires_at']} unless it renews"
    yield Notice("lease_expiring", words, data.get("owner"), instant(data["expires_at"]))


def _expired(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    words = f"{data['opportunity_id']} has its {data['hours']} hours no more: the lease is over"
    yield Notice("lease_expired", words, data.get("owner"))


def _lost(fact: Fact) -> Iterator[Notice]:
    """Nobody need be told what they did themselves."""
    data = fact.data
    if (why := WHY.get(data["why"])) and data["why"] != "hand":
        kept = "has its hours no more" if fact.kind == "lease_released" else "waits no more"
        yield Notice(fact.kind, f"{data['opportunity_id']} {kept}: {why}", data.get("owner"))


def _refused(fact: Fact) -> Iterator[Notice]:
    """A request is told by its opportunity, which hears of no refusal."""
    data = fact.data
    if data["message"] == "request_lease" and isinstance(data["body"], dict):
        id, owner = data["body"].get("opportunity_id"), data["body"].get("owner")
        yield Notice("request_refused", f"{id} gets no hours: {data['rule']}", owner)


POOL_NOTICES: Final[dict[str, Noticing]] = {
    "lease_granted": _granted,
    "lease_expiring": _expiring,
    "lease_expired": _expired,
    "lease_released": _lost,
    "request_dropped": _lost,
    "refused": _refused,
}
"""Who should be told what, by the kind of the fact."""
