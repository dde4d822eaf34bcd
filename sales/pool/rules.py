"""The rules, one function a message: what it causes in a pool, or what it breaks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sales.drafts import Broken, Draft
from sales.erasing import erase
from sales.messages import Erase
from sales.pool.messages import (
    AmendPool,
    ClosePool,
    OpenPool,
    OpportunityOver,
    ReleaseLease,
    RenewLease,
    RequestLease,
    UseHours,
)
from sales.pool.state import MOST_WAITING, Lease, Place, Pool, Request
from sales.pool.terms import Terms, checked, period_of
from sales.words import said

Drafts = list[Draft]

OF_A_POOL: Final = frozenset({"name"})
"""The only detail of a pool that is free text."""


def open_pool(state: Pool, message: OpenPool, now: datetime) -> Drafts:
    """Once; what waits already is served by these terms from now on."""
    _still(state)
    if state.terms:
        raise Broken("pool_id", "open_already", "its terms can be amended")
    terms = checked(Terms.model_validate(said(message)))
    return [Draft("pool_opened", terms.model_dump(mode="json"), now)]


def amend_pool(state: Pool, message: AmendPool, now: datetime) -> Drafts:
    """Any term; the hours never below what is taken of them."""
    held = _terms(state)
    data = said(message)
    if not data:
        raise Broken("body", "nothing_to_amend")
    terms = checked(amended(held, data))
    taken = state.leased + state.used
    if terms.hours < taken:
        raise Broken("hours", "below_what_is_taken", f"{taken} are leased or used: release first")
    return [Draft("pool_amended", data, now)]


def amended(terms: Terms, data: dict[str, Any]) -> Terms:
    """The terms with what a fact says."""
    return Terms.model_validate({**terms.model_dump(mode="json"), **data})


def close_pool(state: Pool, message: ClosePool, now: datetime) -> Drafts:
    """Nobody gets hours any more; those who have some keep the pool open, or lose them."""
    _still(state)
    if state.leases and not message.release:
        raise Broken("release", "leases_live", f"{len(state.leases)} leases are live")
    left = [released(id, lease, "pool_closed", now) for id, lease in state.leases.items()]
    left += [dropped(id, request, "pool_closed", now) for id, request in state.queue.items()]
    return [*left, Draft("pool_closed", {"reason": message.reason}, now)]


def request_lease(state: Pool, message: RequestLease, now: datetime) -> Drafts:
    """Into the queue; whoever waits already and asks for no more keeps the place there."""
    _still(state)
    place, id = Place(message.said_at, message.number), message.opportunity_id
    gone, waiting = state.gone.get(id), state.queue.get(id)
    if gone and gone.ended:
        raise Broken("opportunity_id", "ended")
    if id in state.leases:
        raise Broken("opportunity_id", "leased_already", "release it first, or renew it")
    if any(place <= before.place for before in (gone, waiting) if before):
        raise Broken("number", "stale", "it has said something else since")
    if message.hours <= 0:
        raise Broken("hours", "too_small")
    if state.terms and message.hours > state.hours:
        raise Broken("hours", "too_large", f"the pool has {state.hours} in a period")
    if message.until and message.until <= now:
        raise Broken("until", "in_the_past")
    if not waiting and len(state.queue) >= MOST_WAITING:
        raise Broken("pool_id", "too_many_waiting", f"{MOST_WAITING} requests wait already")
    return [Draft("lease_requested", said(message), now)]


def release_lease(state: Pool, message: ReleaseLease, now: datetime) -> Drafts:
    """What an opportunity has or waits for goes, unless it has asked for it since. A word that
    comes before its request is kept, so that the request finds it."""
    id = message.opportunity_id
    place = Place(message.said_at or now, message.number)
    held, gone = _held(state, id), state.gone.get(id)
    if held and message.said_at and place < held.place:
        raise Broken("number", "stale", "it has asked again since")
    if held:
        return [_left(id, held, "hand", now, place if message.said_at else held.place)]
    if message.said_at is None:
        raise Broken("opportunity_id", "nothing_here", "it neither has hours nor waits for any")
    if state.closed_at or (gone and (gone.ended or gone.place >= place)):
        return []
    return [_kept(id, "hand", now, place)]


def opportunity_over(state: Pool, message: OpportunityOver, now: datetime) -> Drafts:
    """Every end releases; nothing that comes later of this opportunity is believed."""
    id = message.opportunity_id
    held, gone = _held(state, id), state.gone.get(id)
    if held:
        return [_left(id, held, message.outcome, now, held.place)]
    if state.closed_at or (gone and gone.ended):
        return []
    return [_kept(id, message.outcome, now, gone.place if gone else Place(now, 0))]


def renew_lease(state: Pool, message: RenewLease, now: datetime) -> Drafts:
    """For another time from now on, as often as the pool allows."""
    lease, terms = state.leases.get(message.opportunity_id), _terms(state)
    if lease is None:
        raise Broken("opportunity_id", "nothing_leased")
    if lease.renewals >= terms.renewals:
        raise Broken("opportunity_id", "budget_times", f"renewed {lease.renewals} times already")
    expires_at = min(now + terms.lease, message.until or now + terms.lease)
    if expires_at <= lease.expires_at:
        raise Broken("until", "not_later", f"it has them until {lease.expires_at.isoformat()}")
    return [Draft("lease_renewed", _about(message.opportunity_id, lease, expires_at), now)]


def use_hours(state: Pool, message: UseHours, now: datetime) -> Drafts:
    """Hours count in the period in which they are logged, if the opportunity has a lease then."""
    data = said(message)
    if state.terms and message.opportunity_id in state.leases:
        first, _ = period_of(state.terms, now)
        data["period"] = (state.counted_since or first).isoformat()
    return [Draft("hours_used", data, now)]


def erase_words(state: Pool, message: Erase, now: datetime) -> Drafts:
    """The name, and words of single facts."""
    for name in sorted({*message.details} - OF_A_POOL):
        raise Broken("details", "not_in_a_pool", f"{name} is an opportunity's")
    return erase(state, message, now)


def granted(id: str, request: Request, terms: Terms, now: datetime) -> Draft:
    """Hours for an opportunity that waits for them."""
    expires_at = min(now + terms.lease, request.until or now + terms.lease)
    data = _about(id, request, expires_at)
    waited = (now - request.since).total_seconds()
    return Draft("lease_granted", {**data, "hours": str(request.hours), "waited": waited}, now)


def expiring(id: str, lease: Lease, at: datetime) -> Draft:
    """A lease is about to end."""
    return Draft("lease_expiring", _about(id, lease, lease.expires_at), at)


def expired(id: str, lease: Lease) -> Draft:
    """A lease has had its time."""
    data = {**_about(id, lease), "hours": str(lease.hours), "used": str(lease.used)}
    return Draft("lease_expired", data, lease.expires_at)


def released(id: str, lease: Lease, why: str, at: datetime, place: Place | None = None) -> Draft:
    """A lease is given back before its time."""
    data = {**_about(id, lease), "why": why, "hours": str(lease.hours), "used": str(lease.used)}
    return Draft("lease_released", data | _placed(place or lease.place), at)


def dropped(id: str, request: Request, why: str, at: datetime, place: Place | None = None) -> Draft:
    """A request leaves the queue without hours."""
    data = {**_about(id, request), "why": why, "hours": str(request.hours)}
    return Draft("request_dropped", data | _placed(place or request.place), at)


def _left(id: str, held: Lease | Request, why: str, at: datetime, place: Place) -> Draft:
    if isinstance(held, Lease):
        return released(id, held, why, at, place)
    return dropped(id, held, why, at, place)


def _kept(id: str, why: str, at: datetime, place: Place) -> Draft:
    return Draft("word_kept", {"opportunity_id": id, "why": why} | _placed(place), at)


def _about(id: str, held: Lease | Request, expires_at: datetime | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"opportunity_id": id}
    if expires_at:
        data["expires_at"] = expires_at.isoformat()
    return data | ({"owner": held.owner} if held.owner else {})


def _placed(place: Place) -> dict[str, Any]:
    return {"said_at": place.at.isoformat(), "number": place.number}


def _held(state: Pool, id: str) -> Lease | Request | None:
    return state.leases.get(id) or state.queue.get(id)


def _still(state: Pool) -> None:
    if state.closed_at:
        raise Broken("pool_id", "closed")


def _terms(state: Pool) -> Terms:
    _still(state)
    if state.terms is None:
        raise Broken("pool_id", "not_open", "nobody has opened it yet")
    return state.terms


Rule = Callable[[Pool, Any, datetime], Drafts]

RULES: Final[dict[str, Rule]] = {
    "open_pool": open_pool,
    "amend_pool": amend_pool,
    "close_pool": close_pool,
    "request_lease": request_lease,
    "release_lease": release_lease,
    "renew_lease": renew_lease,
    "use_hours": use_hours,
    "opportunity_over": opportunity_over,
    "erase": erase_words,
}
