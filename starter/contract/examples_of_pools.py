"""Examples of what is said to a pool, and of the facts that the rules make of it."""

from datetime import datetime
from functools import cache
from typing import Final

from sales.pool.decide import begin_pool, decide_pool, passed, resumed_pool
from sales.pool.evolve import folded
from sales.pool.messages import POOL_KINDS
from sales.pool.state import Pool
from sales.reading import read
from sales.receipt import pool_receipt
from sales.restoring import restored
from starter.contract.examples import DAY, NOW, Life, stamped
from starter.contract.said import Body

PLACE: Final[Body] = {
    "opportunity_id": "acme-1",
    "said_at": "2026-03-02T09:00:00Z",
    "number": 4,
}
SAID_TO_POOL: Final[dict[str, Body]] = {
    "open_pool": {
        "name": "Solution engineers",
        "hours": "80",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
    },
    "amend_pool": {"hours": "60", "patience": "5d"},
    "request_lease": {
        **PLACE,
        "hours": "20",
        "gain": "0.15",
        "until": "2026-05-29T21:59:59Z",
        "amount": {"amount": "1200.00", "currency": "EUR"},
        "owner": "jane",
    },
    "use_hours": {"opportunity_id": "acme-1", "hours": "2", "before": "1.5"},
    "renew_lease": {"opportunity_id": "acme-1"},
    "release_lease": {**PLACE, "number": 9},
    "opportunity_over": {"opportunity_id": "acme-2", "outcome": "won"},
    "close_pool": {"reason": "the team was dissolved", "release": True},
    "erase": {"reason": "requested", "details": ["name"]},
}
"""One message of each kind to a pool, in an order that makes a life."""


@cache
def a_pool() -> tuple[Life, Pool]:
    """It hears one message of each kind, meets its clock, and then some nonsense."""
    life, now = Life(), NOW
    state, first = begin_pool("engineers", NOW)
    life.note([first, *resumed_pool(state, NOW), restored(state, NOW)])
    for kind, body in [*SAID_TO_POOL.items(), ("greet", {"words": "good morning"})]:
        now += DAY / 24
        if kind == "release_lease":
            state, now = _waited(life, state, now)
        message = read(kind, stamped(kind, body), POOL_KINDS)
        facts = decide_pool(state, message, now)
        state = folded(state, facts)
        life.note(facts)
        life.receipts.append(pool_receipt(state, message, facts))
    return life, state


def a_busy_pool() -> tuple[Pool, datetime]:
    """One that has lent some hours and has another request waiting, and when."""
    state, _ = begin_pool("engineers", NOW)
    for kind in ("open_pool", "amend_pool", "request_lease"):
        message = read(kind, stamped(kind, SAID_TO_POOL[kind]), POOL_KINDS)
        state = folded(state, decide_pool(state, message, NOW))
    more = {**SAID_TO_POOL["request_lease"], "opportunity_id": "acme-2", "hours": "50"}
    state = folded(state, decide_pool(state, read("request_lease", more, POOL_KINDS), NOW))
    return state, NOW + DAY


def _waited(life: Life, state: Pool, now: datetime) -> tuple[Pool, datetime]:
    """What time does to one that has a lease and another that waits, whose lease then ends."""
    said = {"opportunity_id": "acme-3", "said_at": "2026-03-02T09:00:00Z", "number": 4}
    wish = read("request_lease", {**said, "hours": "50", "owner": "jane"}, POOL_KINDS)
    late = {**said, "opportunity_id": "acme-4", "until": "2026-03-03T09:00:00Z", "hours": "50"}
    for message in (wish, read("request_lease", late, POOL_KINDS)):
        state = folded(state, decide_pool(state, message, now))
    for days in (1, 13, 14):
        facts = passed(state, now + days * DAY, now + days * DAY)
        state = folded(state, facts)
        life.note(facts)
    return state, now + 14 * DAY
