"""Ten years of one account, a year in five seconds: it grows old, and not fat."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from temporalio.service import RPCError

from bench.billing import chain_size
from sales.facts import Fact
from tests.workflows.world import World, eventually, new_id, reconcile

pytestmark = pytest.mark.usefixtures("worker")

YEAR: Final = 5.0
YEARS: Final = 10
SIGNED, SILENT = ("signed-0", "signed-1"), ("silent-0", "silent-1")
CONTRACTS: Final = (*SIGNED, *SILENT)
CHILDREN: Final = 285
"""Beside the renewals, of which there are some forty, and on a busy machine half as many."""
PROMISES: Final = 240
EVENTS: Final = 1_000
"""In a year of five seconds, the seconds that a replay of 2,000 takes here would be months."""
EUROS: Final = {"amount": "1000.00", "currency": "EUR"}
A_CONTRACT: Final = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}
A_NO: Final = {"decision": "no", "reasons": ["price"]}


class Decade:
    """One account, everybody who talks to it, and to its opportunities."""

    def __init__(self, world: World) -> None:
        self.world, self.id = world, new_id("old")
        self.account = world.closeline.account(self.id)
        self.say = world.closeline.signal_account
        self.begun = datetime.now(UTC)

    async def until(self, share: float) -> None:
        """Until that share of the ten years is over."""
        at = self.begun + timedelta(seconds=share * YEAR * YEARS)
        await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0))

    async def begin(self) -> None:
        say = self.world.closeline.say_to_account
        await self.world.client.start_workflow(
            "Account",
            {"account_id": self.id, "limits": {"events": EVENTS}},
            id=self.account.id,
            task_queue=self.world.task_queue,
        )
        assert (await say(self.id, "set_policy", policy="decade")).accepted
        self.begun = datetime.now(UTC)
        for id in CONTRACTS:
            said = {"contract_id": id, "start": self.begun.isoformat(), "recurring": EUROS}
            assert (await say(self.id, "record_contract", **said, auto_renew=id in SILENT)).accepted

    async def sign(self) -> None:
        """Every renewal that needs it is signed, as long as the years last."""
        signed: set[str] = set()
        while datetime.now(UTC) < self.begun + timedelta(seconds=YEAR * YEARS):
            rows = self.world.ledger.opportunities(account_id=self.id, outcome="open")
            for row in rows:
                if row.process == "gated" and row.id not in signed:
                    signed.add(row.id)
                    await self.tell(row.id, "record_purchase", **A_CONTRACT)
            await asyncio.sleep(0.2)

    async def sell(self) -> None:
        """One opportunity after the other, each ended its own way."""
        for number in range(CHILDREN):
            await self.until(number / CHILDREN)
            id = f"{self.id}-{number:03}"
            said = {"opportunity_id": id, "process": "patient", "name": "More", "amount": EUROS}
            await self.say(self.id, "open_opportunity", **said)
            match number % 10:
                case 0:
                    await self.tell(id, "record_purchase", **A_CONTRACT)
                case 1:
                    await self.tell(id, "withdraw", reason="no_capacity")
                case 2 if number % 40 == 2:
                    await self.tell(id, "record_engagement", origin="buyer", channel="call")
                    await self.world.closeline.opportunity(id).terminate("by mistake")
                case _:
                    await self.tell(id, "record_decision", **A_NO)

    async def promise(self) -> None:
        """One promise after the other; two of three are kept in time, the others late."""
        for number in range(PROMISES):
            await self.until(number / PROMISES)
            due = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
            said = {"commitment_id": f"p{number}", "title": "Call them", "due": due}
            await self.say(self.id, "make_commitment", **said)
            kept = number if number % 3 else number - 9
            await self.say(self.id, "meet_commitment", commitment_id=f"p{max(kept, 0)}")

    async def tell(self, opportunity_id: str, kind: str, **said: Any) -> None:
        """As soon as it is there."""
        handle = self.world.closeline.opportunity(opportunity_id)
        event = {"event_id": f"{opportunity_id}/{kind}", "sent_at": datetime.now(UTC).isoformat()}

        async def send() -> bool:
            try:
                await handle.signal(kind, {**event, **said})
            except RPCError:
                return False
            return True

        await eventually(send, bool, within=30)

    async def end(self) -> list[Fact]:
        """Notice is given on all that runs, every child ends, and the account knows of it."""
        for id in CONTRACTS:
            await self.world.closeline.say_to_account(
                self.id, "end_contract", contract_id=id, reason="price"
            )
        for row in self.world.ledger.opportunities(account_id=self.id, outcome="open"):
            if row.process == "gated":
                await self.tell(row.id, "record_decision", **A_NO)

        async def left() -> Any:
            await reconcile(self.world)
            return (await self.world.state(self.account))["open"]

        await eventually(left, lambda left: not left, within=60)
        return await self.world.written(self.account)


@pytest.mark.timeout(300)
async def test_an_account_grows_old_and_loses_no_child_misses_no_term_and_carries_little(
    world: World,
) -> None:
    decade = Decade(world)
    await decade.begin()
    await asyncio.gather(decade.sign(), decade.sell(), decade.promise())
    facts = await decade.end()

    launched = Counter(_ids(facts, "opportunity_launched"))
    assert len(launched) >= 300
    assert set(launched.values()) == {1}
    assert {*_ids(facts, "opportunity_ended")} == launched.keys()
    for id in CONTRACTS:
        terms = [f.data["term"] for f in facts if f.kind == "term_renewed" and _of(f) == id]
        assert terms == [*range(2, len(terms) + 2)]
        # Where a busy machine is late, a signature is too, and a contract ends without it.
        assert len(terms) >= (YEARS // 2 if id in SIGNED else YEARS - 1)
        renewals = [key for key in launched if f":{id}:renewal-" in key]
        # And silence renews before anything was launched.
        least = len(terms) if id in SIGNED else 1
        assert least <= len(renewals) <= len(terms) + 1
    made, met = (_told(facts, f"commitment_{how}") for how in ("made", "met"))
    breached = _told(facts, "commitment_breached")
    assert len(made) == PROMISES
    assert len(met) >= PROMISES - 10
    assert {id for id, data in met.items() if not data["in_time"]} <= breached.keys()
    in_time = {id for id, data in met.items() if data["in_time"]}
    # A breach that was taken down before word came that the promise had been kept is corrected.
    assert breached.keys() & in_time == {id for id in in_time if met[id].get("corrects")}
    assert breached.keys() - in_time
    assert in_time - breached.keys()

    whole = await chain_size(world.client, decade.account)
    assert whole.runs >= 3
    assert whole.longest <= 2_500
    assert 0 < whole.largest <= 64 * 1024


def _ids(facts: list[Fact], kind: str) -> list[str]:
    return [fact.data["opportunity_id"] for fact in facts if fact.kind == kind]


def _told(facts: list[Fact], kind: str) -> dict[str, Any]:
    return {fact.data["commitment_id"]: fact.data for fact in facts if fact.kind == kind}


def _of(fact: Fact) -> str:
    return str(fact.data["contract_id"])
