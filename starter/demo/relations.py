"""What the demonstration shows of an account that is managed, and of hours that are shared.

One account has a contract whose term ends soon, is promised something that is late, and has two
opportunities that want the same engineers.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ledger.ledger import Ledger
from sales.facts import Fact
from starter.client import CloselineClient, UnknownOpportunity
from starter.demo.stories import SIGNED, Step, Story, no

MANAGED: Final = "INITECH"
POOL: Final = "engineers"
TERM: Final = "support"
RENEWAL: Final = f"{MANAGED}:{TERM}:renewal-2"
FIRST, SECOND = "initech-first-claim", "initech-second-claim"
SURVEY: Final = "csat-1"

A_YEAR: Final = timedelta(days=365)


class Said(NamedTuple):
    """What is said to the account so many seconds after its contract has begun."""

    at: float
    kind: str
    body: dict[str, Any]


SCRIPT: Final = (
    Said(1, "report_usage", {"metric": "logins", "value": "0.9"}),
    Said(2, "make_commitment", {"commitment_id": "spare-part", "title": "A spare part in stock"}),
    Said(40, "meet_commitment", {"commitment_id": "spare-part"}),
)
LATE_AFTER: Final = 8.0
"""So soon it is due, long before it is met."""


def stories() -> Iterator[Story]:
    """Two that want the same hours: there are enough for one of them."""
    claim = {"pool": POOL, "hours": "8", "gain": "0.3"}
    yield Story(
        *(FIRST, MANAGED, "lost", "no_budget"),
        (Step(1, "request_capacity", claim), no(5, "no_budget")),
    )
    won = Step(19, "record_purchase", {**SIGNED, "reasons": ["best_fit"]})
    heard = Step(12, "record_engagement", {"origin": "buyer", "channel": "call"})
    yield Story(
        *(SECOND, MANAGED, "won", "best_fit"),
        (Step(3, "request_capacity", claim), heard, won),
    )


def renewal() -> Story:
    """The clock opens it before the term ends; the customer signs for another year."""
    return Story(RENEWAL, MANAGED, "won", "proven_value")


async def play(client: CloselineClient) -> None:
    """Manage the account: a contract and its renewal, a promise that is late, a survey."""
    await client.say_to_pool(POOL, "open_pool", name="Engineers", hours="10", currency="EUR")
    await client.say_to_account(MANAGED, "set_policy", policy="demo")
    begun = datetime.now(UTC)
    await client.say_to_account(
        *(MANAGED, "record_contract"),
        contract_id=TERM,
        start=begun.isoformat(),
        length="26s",
        recurring={"amount": "12000.00", "currency": "EUR"},
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_sign(client))
        for said in SCRIPT:
            await _until(begun, said.at)
            due = begun + timedelta(seconds=LATE_AFTER)
            more = {"due": due.isoformat(), "severe": True} if said.kind[:4] == "make" else {}
            await client.signal_account(MANAGED, said.kind, **said.body, **more)
        await client.signal_account(MANAGED, "record_survey_answer", survey="csat", score=5)


async def _sign(client: CloselineClient) -> None:
    """As soon as the clock has opened the renewal."""
    today = datetime.now(UTC).date()
    contract = {
        "start": today.isoformat(),
        "end": (today + A_YEAR).isoformat(),
        "recurring": {"amount": "13000.00", "currency": "EUR"},
    }
    said = {**SIGNED, "contract": contract, "reasons": ["proven_value"], "event_id": "signed"}
    while True:
        try:
            await client.signal(RENEWAL, "record_purchase", **said)
        except UnknownOpportunity:
            await asyncio.sleep(0.5)
        else:
            return


async def _until(begun: datetime, seconds: float) -> None:
    left = begun + timedelta(seconds=seconds) - datetime.now(UTC)
    await asyncio.sleep(max(left.total_seconds(), 0))


def promises(ledger: Ledger) -> Iterator[tuple[str, bool]]:
    """What was to be seen of it, and whether the journals have it."""
    account, pool = ledger.journal("account", MANAGED), ledger.journal("pool", POOL)
    wanted = [fact for fact in _of(account, "opportunity_wanted") if fact.cause == "clock"]
    yield "the clock launched a renewal before its term ended", len(wanted) == 1
    yield "the renewal that was signed began the next term", _has(account, "term_renewed")
    yield "a commitment was breached", _has(account, "commitment_breached")
    yield "a severe breach capped the health, until it was met", _capped(account)
    yield "a survey fell due and was answered", _has(account, "survey_asked", "survey_answered")
    granted = {fact.data["opportunity_id"]: fact for fact in _of(pool, "lease_granted")}
    freed = [fact for fact in _of(pool, "lease_released") if fact.data["opportunity_id"] == FIRST]
    waited = granted.keys() == {FIRST, SECOND} and bool(freed)
    queued = waited and granted[SECOND].sequence > freed[0].sequence
    yield "hours that were queued for were lent when another opportunity ended", queued
    found = ledger.pool(POOL)
    yield "when all had ended, nothing was lent", bool(found and not found.leased)


def _of(journal: list[Fact], kind: str) -> list[Fact]:
    return [fact for fact in journal if fact.kind == kind]


def _has(journal: list[Fact], *kinds: str) -> bool:
    return {*kinds} <= {fact.kind for fact in journal}


def _capped(journal: list[Fact]) -> bool:
    vetoes = [fact.data["vetoes"] for fact in _of(journal, "health_changed")]
    return ["severe_breach"] in vetoes and vetoes[-1] == []
