"""Which facts a message, or time, causes in a pool. Total, like `sales.decide`."""

from datetime import datetime
from typing import Final

from sales.drafts import Broken, Draft
from sales.facts import Cause, Fact
from sales.journal import check_stamps, known, numbered, refusal
from sales.messages import Malformed, Message
from sales.pool.evolve import evolve_pool, folded
from sales.pool.queue import grantable
from sales.pool.rules import RULES, dropped, expired, expiring, granted
from sales.pool.state import Pool
from sales.pool.terms import period_of

Facts = tuple[Fact, ...]

MOST_ROUNDS: Final = 20
"""How often facts may cause facts at one instant; two rounds are what it takes."""


def begin_pool(pool_id: str, now: datetime) -> tuple[Pool, Fact]:
    """A pool that somebody spoke to for the first time."""
    fact = Fact(1, "pool_begun", now, now, "start", data={"pool_id": pool_id})
    return evolve_pool(None, fact), fact


def resumed_pool(state: Pool, now: datetime) -> Facts:
    """A pool whose workflow was gone goes on from what the ledger knows of it."""
    if state.closed_at:
        return ()
    return numbered(state, [Draft("pool_resumed", {})], None, now, "start")


def decide_pool(state: Pool, message: Message, now: datetime, cause: Cause = "signal") -> Facts:
    """The facts that follow, numbered from the state's next; none if it was heard before.

    What time had done when the message was sent comes first. Hours that became free go to who is
    next at once.
    """
    if known(state, message):
        return ()
    before = passed(state, min(message.sent_at or now, now), now)
    state = folded(state, before)
    facts = numbered(state, _drafts(state, message, now), message, now, cause)
    return before + facts + _following(folded(state, facts), now, cause)


def passed(state: Pool, until: datetime, now: datetime) -> Facts:
    """What time alone has done up to `until`, and who got hours for it."""
    facts: Facts = ()
    for _ in range(MOST_ROUNDS):
        found = numbered(state, _due(state, until), None, now, "clock")
        if not found:
            break
        state = folded(state, found)
        more = _following(state, now, "clock")
        state, facts = folded(state, more), facts + found + more
    return facts


def next_look(state: Pool) -> datetime | None:
    """The next instant at which time alone changes something, if there is one: an end, a word of
    warning, a request that has waited in vain, or, where somebody waits for used hours, the turn
    of the period."""
    looks = [lease.expires_at for lease in state.leases.values()]
    if terms := state.terms:
        unwarned = [lease for lease in state.leases.values() if not lease.warned]
        looks += [lease.expires_at - terms.warn for lease in unwarned]
    looks += [request.until for request in state.queue.values() if request.until]
    if state.queue and (turn := _turn(state)):
        looks.append(turn)
    return min(looks, default=None)


def _due(state: Pool, until: datetime) -> list[Draft]:
    drafts = []
    for id, lease in state.leases.items():
        if lease.expires_at <= until:
            drafts.append(expired(id, lease))
        elif state.terms and not lease.warned and lease.expires_at - state.terms.warn <= until:
            at = max(lease.expires_at - state.terms.warn, lease.granted_at)
            drafts.append(expiring(id, lease, at))
    for id, request in state.queue.items():
        if request.until and request.until <= until:
            drafts.append(dropped(id, request, "too_late", request.until))
    if (turn := _turn(state)) and turn <= until:
        drafts.append(Draft("period_turned", {"forgotten": str(_used(state))}, turn))
    return sorted(drafts, key=lambda draft: draft.at or until)


def _turn(state: Pool) -> datetime | None:
    """When what was used is forgotten, if anything was."""
    if state.terms is None or state.counted_since is None:
        return None
    return period_of(state.terms, state.counted_since)[1]


def _used(state: Pool) -> object:
    return sum((lease.used for lease in state.leases.values()), state.used)


def _following(state: Pool, now: datetime, cause: Cause) -> Facts:
    """What follows from the state as it has become: who can never be served goes, then hours that
    are free go to whoever is next."""
    facts: Facts = ()
    for follows in (_hopeless, _served):
        found = numbered(state, follows(state, now), None, now, cause)
        state, facts = folded(state, found), facts + found
    return facts


def _hopeless(state: Pool, now: datetime) -> list[Draft]:
    if state.terms is None:
        return []
    too_large = [item for item in state.queue.items() if item[1].hours > state.hours]
    return [dropped(id, request, "too_large", now) for id, request in too_large]


def _served(state: Pool, now: datetime) -> list[Draft]:
    terms = state.terms
    if terms is None:
        return []
    return [granted(id, request, terms, now) for id, request in grantable(state, now)]


def _drafts(state: Pool, message: Message, now: datetime) -> list[Draft]:
    try:
        check_stamps(message, now)
        if isinstance(message, Malformed):
            raise Broken(message.field, message.rule, message.detail)
        return RULES[message.kind](state, message, now)
    except Broken as broken:
        return [refusal(message, broken)]
