"""What each kind of fact changes in a pool."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sales.changes import instant, optional_instant, uncalled
from sales.erasing import ERASED, Erasure
from sales.facts import Fact
from sales.journal import remembered
from sales.opportunity import Refusal
from sales.pool.rules import amended
from sales.pool.state import KEPT, MOST_GONE, NOTHING, Gone, Lease, Place, Pool, Request, load_pool
from sales.pool.terms import Terms

Changes = dict[str, Any]

MOST_HEARD: Final = 200
MOST_HEARD_LETTERS: Final = 15_000
"""How many events a pool remembers, and what their ids may take up: it lives for ever, and what it
carries stays small."""


def evolve_pool(state: Pool | None, fact: Fact) -> Pool:
    """The pool after the fact."""
    if fact.kind == "restored":
        return load_pool(fact.data["state"])
    if state is None:
        return Pool(fact.data["pool_id"], fact.occurred_at, sequence=fact.sequence)
    changes: Changes = {"sequence": fact.sequence}
    if fact.event_id and fact.event_id not in state.heard:
        changes["heard"] = remembered(state.heard, fact, MOST_HEARD, MOST_HEARD_LETTERS)
    if fact.source and fact.source_seq is not None:
        changes["sources"] = {**state.sources, fact.source: fact.source_seq}
    state = replace(state, **changes)
    fold = _FOLDS.get(fact.kind)
    return replace(state, **fold(state, fact)) if fold else state


def folded(state: Pool, facts: Iterable[Fact]) -> Pool:
    """The pool after the facts."""
    for fact in facts:
        state = evolve_pool(state, fact)
    return state


def _opened(_state: Pool, fact: Fact) -> Changes:
    return {"terms": Terms.model_validate(fact.data)}


def _amended(state: Pool, fact: Fact) -> Changes:
    assert state.terms
    return {"terms": amended(state.terms, dict(fact.data))}


def _requested(state: Pool, fact: Fact) -> Changes:
    data = fact.data
    hours, waiting = Decimal(data["hours"]), state.queue.get(data["opportunity_id"])
    since, sequence = fact.occurred_at, fact.sequence
    if waiting and hours <= waiting.hours:
        since, sequence = waiting.since, waiting.sequence
    request = Request(
        hours,
        since,
        sequence,
        _place(data),
        Decimal(data["gain"]) if "gain" in data else None,
        optional_instant(data.get("until")),
        Decimal(data["amount"]["amount"]) if "amount" in data else None,
        data["amount"]["currency"] if "amount" in data else None,
        data.get("owner"),
    )
    return {"queue": {**state.queue, data["opportunity_id"]: request}}


def _granted(state: Pool, fact: Fact) -> Changes:
    id = fact.data["opportunity_id"]
    request = state.queue[id]
    until, at = instant(fact.data["expires_at"]), fact.occurred_at
    lease = Lease(request.hours, at, until, request.place, owner=request.owner)
    lease = lease._replace(warned=_too_short(state, at, until))
    return {"queue": _without(state.queue, id), "leases": {**state.leases, id: lease}}


def _renewed(state: Pool, fact: Fact) -> Changes:
    id = fact.data["opportunity_id"]
    lease, until = state.leases[id], instant(fact.data["expires_at"])
    warned = _too_short(state, fact.occurred_at, until)
    renewed = lease._replace(expires_at=until, renewals=lease.renewals + 1, warned=warned)
    return {"leases": {**state.leases, id: renewed}}


def _expiring(state: Pool, fact: Fact) -> Changes:
    id = fact.data["opportunity_id"]
    return {"leases": {**state.leases, id: state.leases[id]._replace(warned=True)}}


def _left(state: Pool, fact: Fact) -> Changes:
    """Whatever it had is free again, but for what it has used of this period."""
    id = fact.data["opportunity_id"]
    lease, request = state.leases.get(id), state.queue.get(id)
    held = lease or request
    place = _place(fact.data) if "said_at" in fact.data else held.place if held else None
    assert place
    ended = fact.data.get("why") in ENDS
    gone = {**_without(state.gone, id), id: Gone(place, ended)}
    if len(gone) > MOST_GONE:
        del gone[next(iter(gone))]
    return {
        "gone": gone,
        "queue": _without(state.queue, id),
        "leases": _without(state.leases, id),
        "used": state.used + (lease.stays if lease else NOTHING),
    }


def _used(state: Pool, fact: Fact) -> Changes:
    id, data = fact.data["opportunity_id"], fact.data
    if "period" not in data:
        return {}
    lease = state.leases[id]
    used = max(lease.used + Decimal(data["hours"]) - Decimal(data.get("before", 0)), NOTHING)
    leases = {**state.leases, id: lease._replace(used=used)}
    return {"leases": leases, "counted_since": instant(data["period"])}


def _turned(state: Pool, _fact: Fact) -> Changes:
    leases = {id: lease._replace(used=NOTHING) for id, lease in state.leases.items()}
    return {"leases": leases, "used": NOTHING, "counted_since": None}


def _refused(state: Pool, fact: Fact) -> Changes:
    data = fact.data
    entry = Refusal(fact.sequence, fact.recorded_at, data["message"], data["field"], data["rule"])
    return {"refusals": state.refusals + 1, "refused": (*state.refused, entry)[-KEPT:]}


def _erased(state: Pool, fact: Fact) -> Changes:
    asked = Erasure(fact.data)
    changes: Changes = {"refused": uncalled(state.refused, asked)}
    if state.terms and "name" in asked.details:
        changes["terms"] = state.terms.model_copy(update={"name": ERASED})
    return changes


def _too_short(state: Pool, since: datetime, until: datetime) -> bool:
    """Whether a warning would come with the lease itself."""
    return state.terms is None or until - since <= state.terms.warn


def _place(data: Any) -> Place:
    return Place(instant(data["said_at"]), data["number"])


def _without(held: dict[str, Any], id: str) -> dict[str, Any]:
    return {key: each for key, each in held.items() if key != id}


ENDS: Final = frozenset({"won", "lost", "expired", "withdrawn"})
"""Why a lease is released or a request dropped for good: its opportunity has ended so."""

Fold = Callable[[Pool, Fact], Changes]

_FOLDS: Final[dict[str, Fold]] = {
    "pool_opened": _opened,
    "pool_amended": _amended,
    "pool_closed": lambda _state, fact: {"closed_at": fact.occurred_at},
    "lease_requested": _requested,
    "lease_granted": _granted,
    "lease_renewed": _renewed,
    "lease_expiring": _expiring,
    "lease_expired": _left,
    "lease_released": _left,
    "request_dropped": _left,
    "word_kept": _left,
    "hours_used": _used,
    "period_turned": _turned,
    "refused": _refused,
    "erased": _erased,
}
